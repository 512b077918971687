import { transform } from 'lightningcss';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Classes of the component library are called so; every other class is the console's own and stays. */
const LIBRARY_CLASS = /^m_[0-9a-f]+$/;

/**
 * Drops the library's styles of components that no page uses: a rule stays as long as the code of the build names one of
 * the library's classes in it, or it names none. What is left goes by a name after its own bytes, since browsers keep it
 * for good; only the page names it, as long as there is one file of styles.
 */
export function purged(): Plugin {
  let folder = '';
  return {
    name: 'keystead-purged',
    apply: 'build',
    config: () => ({ build: { cssCodeSplit: false } }),
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle() {
      const assets = join(folder, 'assets');
      const names = readdirSync(assets);
      const code = names.filter((name) => name.endsWith('.js')).map((name) => readFileSync(join(assets, name), 'utf8'));
      const used = new Set(code.join('\n').match(/\bm_[0-9a-f]+\b/g));
      const page = join(folder, 'index.html');
      let text = readFileSync(page, 'utf8');
      for (const name of names.filter((one) => one.endsWith('.css'))) {
        const bytes = withoutUnused(readFileSync(join(assets, name)), used);
        const renamed = `style-${createHash('sha256').update(bytes).digest('base64url').slice(0, 8)}.css`;
        rmSync(join(assets, name));
        writeFileSync(join(assets, renamed), bytes);
        text = text.replaceAll(name, renamed);
      }
      writeFileSync(page, text);
    },
  };
}

interface Component {
  readonly type: string;
  readonly name?: string;
  readonly selectors?: readonly (readonly Component[])[];
}

function withoutUnused(source: Buffer, used: ReadonlySet<string>): Uint8Array {
  const isUsed = (selector: readonly Component[]): boolean => {
    const classes = classesOf(selector).filter((name) => LIBRARY_CLASS.test(name));
    return classes.every((name) => used.has(name));
  };
  return transform({
    filename: 'console.css',
    code: source,
    minify: true,
    visitor: {
      Rule: {
        style(rule) {
          const { selectors } = rule.value;
          return selectors.some((selector) => isUsed(selector as readonly Component[])) ? undefined : [];
        },
      },
    },
  }).code;
}

/** The classes that a selector demands; those within `:is()` and `:where()` are alternatives, and are not. */
function classesOf(selector: readonly Component[]): string[] {
  return selector.flatMap((part) => (part.type === 'class' && part.name !== undefined ? [part.name] : []));
}
