import { KeysteadClient } from '@keystead/sdk';
import { wipe } from '../../bytes/bytes.ts';
import type { HostFacts, HostState } from '../../vault/agents/host/host-state.ts';
import { requireVaultIn } from '../../vault/agents/host/store-place.ts';
import { makeDedupeKey, openKnown } from '../../vault/write-only/open-write-only.ts';
import { CliError } from '../errors.ts';

export interface Enrolling {
  readonly state: HostState;
  readonly url: string;
  /** What the token's file holds: environment, agent, API key. Wiped. */
  readonly token: Buffer;
  readonly storePath?: string;
}

/** Enrols this host: its signing key is made here and stays here; what the server gives is verified before it is kept. */
export async function enroll({ state, url, token, storePath }: Enrolling): Promise<HostFacts> {
  if (state.isEnrolled) {
    throw new CliError(
      'failed',
      'already-enrolled',
      `${state.folder} is that of an agent already`,
      'Name another folder by --state, or remove this one when its agent was revoked.',
    );
  }
  const [environmentId = '', agentId = '', apiKey = '', ...more] = token.toString('latin1').trim().split('.');
  wipe(token);
  if (apiKey === '' || more.length > 0) {
    throw new CliError(
      'usage',
      'malformed-token',
      'what the file holds is no token of an invitation',
      'Have the host invited by "keystead vault agent invite", and bring the file here as it is.',
    );
  }
  // Before the token is spent.
  if (storePath !== undefined) requireVaultIn(storePath);
  const writer = state.makeWriterKey();
  const api = new KeysteadClient({ url, apiKey });
  const given = await api.enrolAgent(environmentId, agentId, { publicKey: writer.publicKey.toString('base64') });
  const known = {
    descriptor: Buffer.from(given.descriptor, 'base64'),
    creator: given.creator,
    vault: given.vaultId,
    pair: Buffer.from(given.pair, 'base64'),
    pairId: given.pairId,
  };
  if (storePath !== undefined) requireVaultIn(storePath, known.descriptor);
  const dedupe = await makeDedupeKey(openKnown(known), state.writerKey());
  const facts: HostFacts = {
    url,
    environmentId,
    agentId,
    name: given.agent.name,
    writerId: writer.id,
    vaultId: given.vaultId,
    creator: given.creator,
    descriptor: given.descriptor,
    pairId: given.pairId,
    pair: given.pair,
    storage: { ...given.storage, ...(storePath !== undefined && { path: storePath }) },
    dedupe: { id: dedupe.id, name: dedupe.name, envelope: dedupe.envelope.toString('base64') },
  };
  const secret = Buffer.from(given.apiKey, 'latin1');
  state.enrolled(facts, { dedupeKey: dedupe.key, apiKey: secret });
  wipe(dedupe.key, secret);
  return facts;
}
