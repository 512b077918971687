import { describe, expect, it } from 'vitest';
import { ADMIN_PREFIX } from './api.ts';
import { openApiOf } from './openapi.ts';
import { adminRoute } from './route.ts';
import { ADMIN_ROUTES } from './routes.ts';
import { named, UUID } from './schema.ts';

const description = JSON.parse(JSON.stringify(openApiOf(ADMIN_ROUTES, ADMIN_PREFIX, '1.2.3'))) as {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; parameters: { name: string; in: string }[] }>>;
  components: { schemas: Record<string, unknown> };
};

describe('the OpenAPI description', () => {
  it('has each route once, under its path and method', () => {
    const described = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { operationId }]) => `${operationId} ${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(
      ADMIN_ROUTES.map(({ id, method, path }) => `${id} ${method} ${path}`).toSorted(),
    );
  });

  it('refers to nothing that is not there', () => {
    const refs = [...JSON.stringify(description).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(refs.length).toBeGreaterThan(20);
    expect(Object.keys(description.components.schemas)).toEqual(expect.arrayContaining([...new Set(refs)]));
  });

  it('declares every parameter of a path', () => {
    for (const [path, operations] of Object.entries(description.paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
      for (const { parameters } of Object.values(operations)) {
        const declared = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
        expect(declared.toSorted()).toEqual(names.toSorted());
      }
    }
  });

  it('refuses two schemas of one name', () => {
    const route = (id: string, properties: Parameters<typeof named>[1]) =>
      adminRoute({
        id,
        method: 'GET',
        path: `/${id}`,
        action: 'keystead:Test',
        summary: 'x',
        status: 200,
        answer: named('Same', properties),
        example: {},
        prepare: () => ({ targets: [], run: () => ({ value: {} }) }),
        show: () => ({}),
      });
    expect(() => openApiOf([route('a', {}), route('b', { id: UUID })], '', '1')).toThrow(/named Same/);
  });
});
