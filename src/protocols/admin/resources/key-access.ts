import { setImmediate as pause } from 'node:timers/promises';
import Type from 'typebox';
import { KEY_NAME } from '../find-key.ts';
import { requireRegion } from '../find.ts';
import { AdminRefusal } from '../refusal.ts';
import { adminRoute } from '../route.ts';
import { closed, named, REGION_NAME } from '../schema.ts';
import { askedTarget, askedPrincipal, ACTION_TEXT, EXPLAIN_ACTION, PRINCIPAL_TEXT, statedValues } from './access.ts';

const MAX_PRINCIPALS = 100;
const MAX_ACTIONS = 40;
/** Each is a decision by itself: what one request may have this server decide is bounded. */
const MAX_CELLS = 400;

interface Row {
  readonly principal: string;
  readonly isActive: boolean;
  readonly allowed: boolean[];
}

export const explainKeyAccess = adminRoute({
  id: 'explainKeyAccess',
  method: 'POST',
  path: '/access/key',
  action: EXPLAIN_ACTION,
  summary: `Tells which of some principals of the own tenant may do which of some actions with a key: up to ${MAX_CELLS} decisions, each as explainAccess makes it of the same question`,
  status: 200,
  body: closed({
    region: REGION_NAME,
    key: { ...KEY_NAME, description: 'the id of a key, or alias/NAME' },
    principals: Type.Array(PRINCIPAL_TEXT, { minItems: 1, maxItems: MAX_PRINCIPALS }),
    actions: Type.Array(ACTION_TEXT, { minItems: 1, maxItems: MAX_ACTIONS }),
  }),
  answer: named('KeyAccess', {
    rows: Type.Array(
      closed({
        principal: Type.String({ description: 'as it was asked about' }),
        isActive: Type.Boolean({
          description: 'whether there is such a principal, switched on: nobody else may anything',
        }),
        allowed: Type.Array(Type.Boolean(), { description: 'one for each action, in its place' }),
      }),
      { description: 'one for each principal, in its place' },
    ),
  }),
  example: { body: { region: 'us-east-1', key: 'alias/backups', principals: ['alice'], actions: ['kms:Decrypt'] } },
  prepare: (context, { body }) => {
    const { region, key, principals, actions } = body;
    return {
      targets: [{ action: EXPLAIN_ACTION, resource: '*' }],
      details: { region, key, principals: principals.length, actions: [...actions] },
      run: async (nowMs) => {
        if (principals.length * actions.length > MAX_CELLS)
          throw new AdminRefusal(
            'question-malformed',
            `${principals.length} principals and ${actions.length} actions are ${principals.length * actions.length} questions, and ${MAX_CELLS} are answered at once`,
          );
        const space = await requireRegion(context, region);
        const questions = actions.map((action) => ({ action, region, key }));
        const targets = await Promise.all(questions.map((one) => askedTarget(context, space, one, nowMs)));
        const stated = statedValues({ region });
        const rows: Row[] = [];
        for (const asked of principals) {
          const principal = await askedPrincipal(context, asked, nowMs);
          const allowed: boolean[] = [];
          for (const target of targets) {
            const call = principal && { principal, source: { protocol: 'explain', address: '' }, stated };
            const said = call && (await context.services.pipeline.explain(call, target, nowMs));
            allowed.push(said?.decision.allowed === true);
          }
          rows.push({ principal: asked, isActive: principal !== undefined, allowed });
          // Whoever asks for much lets others in between.
          await pause();
        }
        return { value: { rows } };
      },
    };
  },
  show: (value: { rows: Row[] }) => value,
});
