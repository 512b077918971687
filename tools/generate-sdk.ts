import packageJson from '../package.json' with { type: 'json' };
import { ADMIN_PREFIX } from '../src/protocols/admin/api.ts';
import { openApiOf } from '../src/protocols/admin/openapi.ts';
import { OPEN_ROUTES } from '../src/protocols/admin/open-routes.ts';
import { ADMIN_ROUTES } from '../src/protocols/admin/routes.ts';
import type { Generator } from './generator.ts';

const OUTPUT = 'sdk/src/client.gen.ts';

/** The parts of JSON Schema and OpenAPI that the description uses. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly description?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: Schema;
}

interface Content {
  readonly content: { readonly 'application/json'?: { readonly schema: Schema } };
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content & { readonly required: boolean };
  readonly responses: Readonly<Record<string, Content>>;
}

interface Description {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The client of the admin API, from its description: one method for each operation. */
export const sdkClient: Generator = {
  name: 'sdk client',
  generate: () => {
    const description = openApiOf(
      [...ADMIN_ROUTES, ...OPEN_ROUTES],
      ADMIN_PREFIX,
      packageJson.version,
    ) as unknown as Description;
    return [{ path: OUTPUT, text: render(description) }];
  },
};

function render({ servers, paths, components }: Description): string {
  const types = Object.entries(components.schemas)
    .filter(([name]) => name !== 'Error')
    .map(([name, schema]) => `export interface ${name} ${typeOf(schema, '')}`);
  const methods = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => renderMethod(path, method.toUpperCase(), operation)),
  );
  return [
    '// Written by tools/generate-sdk.ts from the description of the admin API. Do not edit.',
    "import { Transport, type TransportOptions } from './transport.ts';",
    ...types,
    '/** Calls the admin API of a Keystead server. One method for each of its operations. Every one may throw {@link KeysteadError}. */',
    `export class KeysteadClient {`,
    '  readonly #transport: Transport;',
    `  constructor(options: TransportOptions) {\n    this.#transport = new Transport(options, ${quote(servers[0]?.url ?? '')});\n  }`,
    methods.join('\n\n'),
    '}',
    '',
  ].join('\n\n');
}

function renderMethod(path: string, method: string, operation: Operation): string {
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query');
  const body = operation.requestBody;
  const answer = Object.entries(operation.responses).find(([status]) => status !== 'default')?.[1] as Content;
  const taken = [
    ...inPath.map(({ name, schema }) => `${name}: ${typeOf(schema, '  ')}`),
    ...(body ? [`body: ${typeOf(schemaOf(body), '  ')}${body.required ? '' : ' = {}'}`] : []),
    ...(inQuery.length > 0
      ? [`query: ${typeOf(objectOf(inQuery), '  ')}${inQuery.some(({ required }) => required) ? '' : ' = {}'}`]
      : []),
  ];
  const given = [
    quote(method),
    '`' + path.replaceAll(/\{(\w+)\}/g, '${encodeURIComponent($1)}') + '`',
    ...(inQuery.length > 0 ? ['query'] : body ? ['undefined'] : []),
    ...(body ? ['body'] : []),
  ];
  // What is no JSON is a stream.
  if (answer.content['application/json'] === undefined) {
    return [
      `  /** ${operation.summary}. ${operation.description} The body is read as it comes; \`signal\` breaks it off. */`,
      `  ${operation.operationId}(${[...taken, 'signal?: AbortSignal'].join(', ')}): Promise<Response> {`,
      `    return this.#transport.open(${[...given.slice(1), ...(inQuery.length > 0 ? [] : ['undefined']), 'signal'].join(', ')});`,
      '  }',
    ].join('\n');
  }
  return [
    `  /** ${operation.summary}. ${operation.description} */`,
    `  ${operation.operationId}(${taken.join(', ')}): Promise<${typeOf(schemaOf(answer), '  ')}> {`,
    `    return this.#transport.send(${given.join(', ')});`,
    '  }',
  ].join('\n');
}

function schemaOf({ content }: Content): Schema {
  return content['application/json']?.schema ?? {};
}

function objectOf(parameters: readonly Parameter[]): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  };
}

const SCALARS: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
};

/** The TypeScript type of a schema. Throws at a kind of schema that it does not know: none is guessed at. */
function typeOf(schema: Schema, indent: string): string {
  if (schema.$ref !== undefined) return schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
  if (schema.enum !== undefined) return schema.enum.map(quote).join(' | ');
  if (schema.type === 'array' && schema.items !== undefined) return `readonly (${typeOf(schema.items, indent)})[]`;
  if (schema.type === 'object') return objectType(schema, indent);
  const scalar = SCALARS[schema.type ?? ''];
  if (scalar === undefined) throw new TypeError(`no TypeScript type is known for ${JSON.stringify(schema)}`);
  return scalar;
}

function objectType({ properties = {}, required = [] }: Schema, indent: string): string {
  const members = Object.entries(properties).map(([name, schema]) => {
    const comment = schema.description === undefined ? '' : `${indent}  /** ${schema.description} */\n`;
    const isOptional = !required.includes(name);
    const type = typeOf(schema, `${indent}  `);
    return `${comment}${indent}  readonly ${name}${isOptional ? '?' : ''}: ${type}${isOptional ? ' | undefined' : ''};`;
  });
  return `{\n${members.join('\n')}\n${indent}}`;
}

function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
