import Type, { type Static } from 'typebox';
import { ALERTS_PART, alertsPart } from '../overview/alerts-part.ts';
import { ENVIRONMENTS_PART, environmentsPart } from '../overview/environments-part.ts';
import { KEYS_PART, keysPart } from '../overview/keys-part.ts';
import { LINKS_PART, linksPart } from '../overview/links-part.ts';
import type { OverviewPart } from '../overview/part.ts';
import { LOG_PART, logPart, USES_PART, usesPart } from '../overview/small-parts.ts';
import { adminRoute } from '../route.ts';
import { named, TIMESTAMP, timestamp } from '../schema.ts';
import { slices } from '../slices.ts';
import { refusing } from '../vault/refusals.ts';

/** How long each part may be looked for; what is not found by then is told as "at least". */
const BUDGET_MS = 250;

const PARTS = {
  keys: keysPart,
  environments: environmentsPart,
  alerts: alertsPart,
  links: linksPart,
  uses: usesPart,
  log: logPart,
} as const satisfies Readonly<Record<string, OverviewPart<unknown>>>;

const OVERVIEW = named('Overview', {
  at: TIMESTAMP,
  keys: Type.Optional(KEYS_PART),
  environments: Type.Optional(ENVIRONMENTS_PART),
  alerts: Type.Optional(ALERTS_PART),
  links: Type.Optional(LINKS_PART),
  uses: Type.Optional(USES_PART),
  log: Type.Optional(LOG_PART),
  hidden: Type.Array(named('OverviewHidden', { part: Type.String(), action: Type.String() }), {
    description: 'parts that are left out, each with the permission that it takes',
  }),
});

export const getOverview = adminRoute({
  id: 'getOverview',
  method: 'GET',
  path: '/overview',
  action: 'keystead:GetOverview',
  summary: 'Shows in one answer how things stand with keys, environments, alerts and uses, as far as one may see them',
  status: 200,
  answer: OVERVIEW,
  example: {},
  prepare: (context) => ({
    targets: [{ action: 'keystead:GetOverview', resource: '*' }],
    run: (nowMs) =>
      refusing(async () => {
        const hidden: Static<typeof OVERVIEW>['hidden'] = [];
        const shown: Record<string, unknown> = {};
        for (const [part, { target, read }] of Object.entries(PARTS)) {
          const needed = target(context);
          const { decision } = await context.services.pipeline.explain(context.call, needed, nowMs);
          if (decision.allowed) shown[part] = await read({ ...context, nowMs, goOn: slices(BUDGET_MS) });
          else hidden.push({ part, action: needed.action });
        }
        const value = { at: timestamp(nowMs), ...shown, hidden } as Static<typeof OVERVIEW>;
        return { value, result: { shown: Object.keys(shown) } };
      }),
  }),
  show: (overview: Static<typeof OVERVIEW>) => overview,
});
