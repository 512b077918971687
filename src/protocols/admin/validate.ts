import type { TObject } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { RequestError } from './errors.ts';
import type { AdminRoute, RouteInput } from './route.ts';

type Part = 'params' | 'query' | 'body';

/** Brings what the framework parsed into a route's input. @throws {RequestError} */
export type ReadInput = (raw: RouteInput) => RouteInput;

const WHERE: Record<Part, string> = { params: 'the path', query: 'the query', body: 'the body' };
/** Values in paths and queries are text: `limit=5` stands for the number. */
const IS_TEXT: Record<Part, boolean> = { params: true, query: true, body: false };

/** A millisecond or two for each, and three hundred of them: a server that starts does not wait for those. */
const compiled = new WeakMap<TObject, Validator>();

function validatorOf(schema: TObject): Validator {
  const validator = compiled.get(schema) ?? Compile(schema);
  compiled.set(schema, validator);
  return validator;
}

/** Reads by the schemas of a route, each of which is compiled with the first request that needs it. */
export function inputReader(route: Pick<AdminRoute, 'params' | 'query' | 'body'>): ReadInput {
  const params = partReader('params', route.params);
  const query = partReader('query', route.query);
  const body = partReader('body', route.body);
  return (raw) => ({ params: params(raw.params), query: query(raw.query), body: body(raw.body) });
}

function partReader(part: Part, schema: TObject | undefined): (value: unknown) => unknown {
  if (schema === undefined) return (value) => requireNone(part, value);
  return (value) => {
    const validator = validatorOf(schema);
    const given = IS_TEXT[part] ? validator.Convert({ ...(value as object) }) : (value ?? {});
    if (validator.Check(given)) return given;
    const [first] = validator.Errors(given);
    throw invalid(part, first === undefined ? 'does not fit its schema' : describe(first, schema));
  };
}

function requireNone(part: Part, value: unknown): undefined {
  const isEmpty =
    value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  if (!isEmpty) throw invalid(part, 'takes no members here');
  return undefined;
}

function invalid(part: Part, problem: string): RequestError {
  return new RequestError({
    status: 400,
    code: 'invalid-request',
    message: `${WHERE[part]} was refused: ${problem}`,
    action: 'Correct the request as the OpenAPI description of this operation says.',
  });
}

interface Problem {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** Says which member is wrong and how. Names of members that the schema does not know are the client's: made printable. */
function describe({ instancePath, keyword, message, params }: Problem, schema: TObject): string {
  const at = printable(instancePath.slice(1).replaceAll('/', '.'));
  if (keyword === 'boolean') return `it has no member "${at}"; it takes ${Object.keys(schema.properties).join(', ')}`;
  const { requiredProperties: required, allowedValues } = params as {
    readonly requiredProperties?: readonly string[];
    readonly allowedValues?: readonly string[];
  };
  const takes = keyword === 'pattern' ? aboutOf(instancePath, schema) : undefined;
  if (takes !== undefined) return `${at} has not the form that it takes (${takes})`;
  if (keyword === 'format' && (params as { readonly format?: string }).format === 'date-time')
    return `${at} must be a time such as 2030-01-31T12:00:00Z`;
  if (keyword === 'enum' && allowedValues) return `${at} must be one of ${allowedValues.join(', ')}`;
  if (keyword === 'required' && required) return `it lacks ${required.join(', ')}`;
  return at === '' ? `it ${message}` : `${at} ${message}`;
}

/** What the schema says in words of the member at a path. */
function aboutOf(path: string, schema: TObject): string | undefined {
  type Part = { readonly properties?: Record<string, Part>; readonly items?: Part; readonly description?: string };
  let part: Part | undefined = schema as Part;
  for (const step of path.slice(1).split('/')) part = part?.properties?.[step] ?? part?.items;
  return part?.description;
}

function printable(name: string): string {
  return name.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '?');
}
