import { wipe } from '../../../bytes/bytes.ts';
import type { RouteInput } from '../route.ts';
import type { OpenContext, OpenRoute } from './open-route.ts';
import { EnrolmentRefusedError, SignInRefusedError } from './refusals.ts';

/** Runs an endpoint that anybody may call. A refusal leaves at a time that says nothing of its reason. */
export async function serveOpen(
  route: OpenRoute,
  input: RouteInput,
  given: Omit<OpenContext, 'wipeLater' | 'noteCommonWork'>,
): Promise<unknown> {
  const secrets: Uint8Array[] = [];
  const { services, browser, beganMs } = given;
  let sameMs = beganMs;
  const noteCommonWork = () => void (sameMs = services.signIn.monotonicMs());
  const wipeLater: OpenContext['wipeLater'] = (...more) =>
    void secrets.push(...more.filter((secret) => secret !== undefined));
  try {
    if (route.method === 'POST') services.signIn.tries.take('address', browser.address);
    return await route.respond({ ...given, wipeLater, noteCommonWork }, input);
  } catch (error) {
    if (error instanceof SignInRefusedError || error instanceof EnrolmentRefusedError)
      await services.signIn.untilRefusal(beganMs, sameMs);
    throw error;
  } finally {
    wipe(...secrets);
  }
}
