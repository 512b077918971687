import type { TObject, TSchema } from 'typebox';
import type { AdminRoute } from './route.ts';
import type { OpenRoute } from './sign-in/open-route.ts';

/** A JSON value as it stands in the description. */
type Node = { readonly [member: string]: unknown };

const ERROR: Node = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'requestId'],
      properties: {
        code: { type: 'string', description: 'for programs: never reworded' },
        message: { type: 'string', description: 'what was refused and why' },
        action: { type: 'string', description: 'what to do next' },
        requestId: { type: 'string' },
      },
    },
  },
};

/** Describes the routes in OpenAPI 3.1. Schemas with a title become components under that name. */
export function openApiOf(routes: readonly (AdminRoute | OpenRoute)[], prefix: string, version: string): Node {
  const components = new Map<string, Node>([['Error', ERROR]]);
  const paths: Record<string, Record<string, Node>> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operationOf(route, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keystead admin API',
      version,
      description: 'Tenants, regions, principals, credentials, keys, audit. Generated from the list of routes.',
    },
    servers: [{ url: prefix }],
    security: [{ apiKey: [] }, { session: [] }],
    paths,
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-keystead' },
      },
      schemas: Object.fromEntries([...components].toSorted(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

function operationOf(route: AdminRoute | OpenRoute, components: Map<string, Node>): Node {
  const example = route.example as { readonly body?: unknown };
  return {
    operationId: route.id,
    summary: route.summary,
    description: needs(route),
    ...('isOpen' in route ? { security: [] } : route.access === 'session' && { security: [{ session: [] }] }),
    parameters: [...parametersOf('path', route.params, components), ...parametersOf('query', route.query, components)],
    ...(route.body && {
      requestBody: {
        required: (route.body.required?.length ?? 0) > 0,
        content: { 'application/json': { schema: extract(route.body, components), example: example.body } },
      },
    }),
    responses: {
      [route.status]: {
        description: 'done',
        content: { [route.media ?? 'application/json']: { schema: extract(route.answer, components) } },
      },
      default: {
        description: 'refused or failed',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** What it takes to be let through to an operation. */
function needs(route: AdminRoute | OpenRoute): string {
  if ('isOpen' in route) return 'Takes no credential.';
  return route.access === 'session'
    ? 'Of oneself: takes a console session, and no permission.'
    : `Needs the permission \`${route.action}\`.`;
}

function parametersOf(place: 'path' | 'query', schema: TObject | undefined, components: Map<string, Node>): Node[] {
  return Object.entries(schema?.properties ?? {}).map(([name, member]) => ({
    name,
    in: place,
    required: schema?.required?.includes(name) ?? false,
    schema: extract(member as TSchema, components),
  }));
}

/** A schema as plain JSON, its titled parts moved to the components. */
function extract(schema: unknown, components: Map<string, Node>): unknown {
  if (schema === null || typeof schema !== 'object') return schema;
  if (Array.isArray(schema)) return schema.map((item) => extract(item, components));
  const plain = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, extract(value, components)]));
  const { title } = plain;
  if (typeof title !== 'string') return plain;
  const known = components.get(title);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(plain))
    throw new TypeError(`two schemas of the admin API are named ${title}`);
  components.set(title, plain);
  return { $ref: `#/components/schemas/${title}` };
}
