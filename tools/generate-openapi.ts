import packageJson from '../package.json' with { type: 'json' };
import { ADMIN_PREFIX } from '../src/protocols/admin/api.ts';
import { openApiOf } from '../src/protocols/admin/openapi.ts';
import { OPEN_ROUTES } from '../src/protocols/admin/open-routes.ts';
import { ADMIN_ROUTES } from '../src/protocols/admin/routes.ts';
import type { Generator } from './generator.ts';

const OUTPUT = 'src/protocols/admin/openapi.json';

/** The description of the admin API, from its list of routes. */
export const openApi: Generator = {
  name: 'admin API description',
  generate: () => {
    const description = openApiOf([...ADMIN_ROUTES, ...OPEN_ROUTES], ADMIN_PREFIX, packageJson.version);
    return [{ path: OUTPUT, text: `${JSON.stringify(description, null, 2)}\n` }];
  },
};
