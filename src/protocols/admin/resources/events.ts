import type { Proof } from '../../../identity/proofs.ts';
import { streamRoute } from '../stream-route.ts';

const ACTION = 'keystead:WatchEvents';
const TARGET = { action: ACTION, resource: '*' };

export const openEvents = streamRoute({
  id: 'openEvents',
  path: '/events',
  action: ACTION,
  summary:
    'Opens a stream of server-sent events: runs with their progress, alerts, and that something changed; of the own tenant alone, and as far as one may see it',
  media: 'text/event-stream',
  says: 'events run (a Run), alert (an Alert), changed (an empty object: read anew what is shown)',
  example: {},
  prepare: ({ services, proof }) => ({
    targets: [TARGET],
    run: () => {
      services.events.requireRoom(proof);
      return { value: proof };
    },
  }),
  open: (proof: Proof, { services, call, proveAgain }) => ({
    body: services.events.open(proof, {
      target: TARGET,
      proveAgain,
      mayDo: async ({ principal }, target) =>
        (await services.pipeline.explain({ ...call, principal }, target, services.clock())).decision.allowed,
    }),
  }),
});
