import Type, { type Static } from 'typebox';
import { KeyError } from '../../../keys/errors.ts';
import { environmentArn } from '../../../jobs/find-environment.ts';
import type { Target } from '../../../pipeline/act.ts';
import { findKey, KEY_NAME } from '../find-key.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, named, REGION_NAME } from '../schema.ts';

const MAX_QUESTIONS = 100;

const QUESTION = named('AccessQuestion', {
  action: Type.String({
    pattern: '^[a-z0-9-]{1,32}:[A-Za-z0-9]{1,128}$',
    description: 'an action such as kms:Decrypt',
  }),
  region: Type.Optional(REGION_NAME),
  key: Type.Optional({ ...KEY_NAME, description: 'the id of a key, or alias/NAME; with its region' }),
  environment: Type.Optional(
    Type.String({
      pattern: '^(?:\\*|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$',
      description: 'the id of an environment; * for one that is to be made, or for their list',
    }),
  ),
});

export const checkAccess = adminRoute({
  id: 'checkAccess',
  method: 'POST',
  path: '/access/check',
  action: 'keystead:WhoAmI',
  summary:
    'Tells which of up to 100 actions the credential of this request may do, from where it asks. A key that is not there, or that it may not know of, it may not use',
  status: 200,
  body: closed({ questions: Type.Array(QUESTION, { minItems: 1, maxItems: MAX_QUESTIONS }) }),
  answer: named('CheckedAccess', {
    allowed: Type.Array(Type.Boolean(), { description: 'one for each question, in its place' }),
  }),
  example: { body: { questions: [{ action: 'keystead:CreateEnvironment', environment: '*' }] } },
  prepare: (context, { body }) => ({
    targets: [{ action: 'keystead:WhoAmI', resource: '*' }],
    details: { questions: body.questions.length },
    run: async (nowMs) => {
      const allowed: boolean[] = [];
      for (const question of body.questions) {
        const target = await targetOf(context, question, nowMs);
        const { pipeline } = context.services;
        allowed.push(target !== undefined && (await pipeline.wouldAllow(context.call, target, nowMs)));
      }
      return { value: { allowed } };
    },
  }),
  show: (value: { allowed: boolean[] }) => value,
});

/** The permission that is asked about; none where there is nothing to have it on. @throws {AdminRefusal} */
async function targetOf(
  context: AdminContext,
  { action, region, key, environment }: Static<typeof QUESTION>,
  nowMs: number,
): Promise<Target | undefined> {
  if (environment !== undefined && key !== undefined)
    throw new AdminRefusal('question-malformed', `${action} is asked about a key and about an environment at once`);
  if (environment !== undefined) return { action, resource: environmentArn(context.proof.tenant, environment) };
  if (key === undefined) return { action, resource: '*' };
  if (region === undefined)
    throw new AdminRefusal('question-malformed', `${action} is asked about the key ${key}, without its region`);
  const found = await findKey(context, action, { region, keyId: key });
  try {
    found.require(nowMs);
  } catch (error) {
    if (error instanceof KeyError || error instanceof AdminRefusal) return undefined;
    throw error;
  }
  return found.target;
}
