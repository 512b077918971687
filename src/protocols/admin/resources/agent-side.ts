import Type from 'typebox';
import type { Static } from 'typebox';
import { sharing } from '../../../identity/appointment.ts';
import { credentialRef, issueApiKey, readCredential, removeCredential } from '../../../identity/credential.ts';
import type { IssuedCredential } from '../../../identity/credential.ts';
import { inFreePlace } from '../../../identity/quotas.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { outcomeOf } from '../../../jobs/run-outcome.ts';
import type { Write } from '../../../records/commit.ts';
import { putAgent } from '../../../vault/agents/agent-record.ts';
import type { Agent } from '../../../vault/agents/agent.ts';
import type { AgentAnswers, AgentQuestion } from '../../../vault/agents/questions.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import { putEnvironment } from '../../../vault/environments/environment-record.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { withHeads } from '../../../vault/environments/former-storage.ts';
import type { KnownHead } from '../../../vault/index-cache.ts';
import { newestHeads } from '../../../vault/newest-heads.ts';
import { thisOwner } from '../../../vault/runs/owner.ts';
import { putRun, readRun, runRef } from '../../../vault/runs/run-record.ts';
import type { Run } from '../../../vault/runs/run.ts';
import { writerId } from '../../../vault/format/writer-key.ts';
import { RequestError } from '../errors.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, named, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { AGENT, AGENT_STORAGE, showAgent, showAgentStorage } from '../vault/agent-answer.ts';
import {
  leftBehind,
  placeOfAgent,
  requireEnrolledAgent,
  requireNotLeftBehind,
  requireOwnAgent,
} from '../vault/find-agent.ts';
import { refusing } from '../vault/refusals.ts';
import { AGENT_PARAMS, EXAMPLE_AGENT } from './agents.ts';

const TEXT = Type.String();
const BASE64 = Type.String({ pattern: '^[A-Za-z0-9+/]+={0,2}$', maxLength: 65_536 });
const COUNT = Type.Integer({ minimum: 0 });
const SNAPSHOT_ID = Type.String({ pattern: '^[0-9a-f]{32}-[0-9]{10}$' });

interface Enrolled {
  readonly agent: Agent;
  readonly issued: IssuedCredential;
  readonly environment: Environment;
  readonly given: AgentAnswers['enrol-writer'];
}

export const enrolAgent = adminRoute({
  id: 'enrolAgent',
  method: 'POST',
  path: '/environments/{environmentId}/agents/{agentId}/enrolment',
  action: 'keystead:EnrolAgent',
  summary: 'Takes up an invitation: signs the host in as a writer, and gives it what it needs to write. The token ends',
  status: 201,
  params: AGENT_PARAMS,
  body: closed({
    publicKey: Type.String({
      pattern: '^[A-Za-z0-9+/]{43}=$',
      description: 'Ed25519, 32 raw bytes: its private half never leaves the host',
    }),
  }),
  answer: named('AgentEnrolment', {
    agent: AGENT,
    vaultId: TEXT,
    creator: Type.String({ description: "the writer id of the vault's creator" }),
    descriptor: Type.String({ ...BASE64, description: 'the bytes of vault.json' }),
    pairId: TEXT,
    pair: Type.String({ ...BASE64, description: 'the bytes of the public key that it encrypts to' }),
    storage: AGENT_STORAGE,
    apiKey: Type.String({ description: 'shown in this answer and never again' }),
  }),
  example: { params: EXAMPLE_AGENT, body: { publicKey: 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqo=' } },
  prepare: (context, { params, body }) => {
    const { services, proof } = context;
    const { tenant, principal } = proof;
    const publicKey = Buffer.from(body.publicKey, 'base64');
    return {
      targets: [{ action: 'keystead:EnrolAgent', resource: environmentArn(tenant, params.environmentId) }],
      details: { environment: params.environmentId, agent: params.agentId, writer: writerId(publicKey) },
      run: (nowMs) =>
        refusing(async () => {
          const { records, random, quotas } = services;
          const environment = await requireEnvironment(records, tenant, params.environmentId);
          const invited = await requireOwnAgent(context, environment.id, params.agentId);
          if (invited.state !== 'invited' || nowMs >= invited.invitedUntilMs) {
            throw new EnvironmentError(
              'agent-not-invited',
              `The invitation of the agent ${invited.name} is ${invited.state === 'invited' ? 'over' : 'used up'}. Have it invited again`,
            );
          }
          const { answer: given, vaultId } = await ask(context, environment, invited, {
            kind: 'enrol-writer',
            publicKey,
          });
          const agent: Agent = {
            ...invited,
            state: 'enrolled',
            writerId: writerId(publicKey),
            vaultId,
            enrolledAtMs: nowMs,
          };
          // What the token of the invitation was bounded by, its heir is.
          const { credential: token } = context.proof;
          const bounds = { ...(token.scopes && { scopes: token.scopes }), ...sharing(token) };
          const issued = issueApiKey(tenant, principal.id, nowMs, random, bounds);
          context.wipeLater(issued.secret);
          const record = await records.read(credentialRef(tenant.tenantId, principal.credentialId));
          const writes: Write[] = [
            putAgent(tenant.tenantKey, invited, agent),
            await inFreePlace(records, issued.write, principal.id, quotas),
            ...(record ? [removeCredential(readCredential(tenant, record))] : []),
          ];
          const withVault = { ...environment, vaultId, updatedAtMs: nowMs };
          if (environment.vaultId !== vaultId) writes.push(putEnvironment(tenant.tenantKey, environment, withVault));
          return { value: { agent, issued, environment: withVault, given }, writes };
        }),
    };
  },
  show: ({ agent, issued, environment, given }: Enrolled) => ({
    agent: showAgent(agent),
    vaultId: environment.vaultId as string,
    creator: given.creator,
    descriptor: Buffer.from(given.descriptor).toString('base64'),
    pairId: given.pairId,
    pair: Buffer.from(given.pair).toString('base64'),
    storage: showAgentStorage(environment.storage) as Static<typeof AGENT_STORAGE>,
    apiKey: issued.secret.toString('latin1'),
  }),
});

export const askForAgent = adminRoute({
  id: 'askForAgent',
  method: 'POST',
  path: '/environments/{environmentId}/agents/{agentId}/word',
  action: 'keystead:AskForAgent',
  summary: 'Proves the master key by using it, for a host that cannot; and says what the store has of its snapshots',
  status: 200,
  params: AGENT_PARAMS,
  body: closed({
    look: Type.Boolean({
      description: 'whether to look at the store: at the beginning of a run, and before its manifest',
    }),
  }),
  answer: named('AgentWord', {
    now: TIMESTAMP,
    snapshots: Type.Optional(Type.Array(SNAPSHOT_ID)),
    marked: Type.Optional(Type.Array(TEXT, { description: 'objects that are about to be deleted' })),
    head: Type.Optional(named('AgentHead', { sequence: COUNT, digest: TEXT })),
  }),
  example: { params: EXAMPLE_AGENT, body: { look: true } },
  prepare: (context, { params, body }) => {
    const { services, proof } = context;
    const { tenant } = proof;
    return {
      targets: [{ action: 'keystead:AskForAgent', resource: environmentArn(tenant, params.environmentId) }],
      details: { environment: params.environmentId, agent: params.agentId, look: body.look },
      run: () =>
        refusing(async () => {
          const environment = await requireEnvironment(services.records, tenant, params.environmentId);
          const agent = await requireEnrolledAgent(context, environment.id, params.agentId);
          requireNotLeftBehind(environment, agent);
          if (!body.look) {
            const { answer } = await ask(context, environment, agent, { kind: 'prove-master-key' });
            return { value: { now: timestamp(answer.nowMs) } };
          }
          const { answer } = await ask(context, environment, agent, { kind: 'writer-word', writer: agent.writerId });
          const { nowMs, snapshots, marked, head } = answer;
          const known = head && { head: { sequence: head.sequence, digest: head.digest } };
          return { value: { now: timestamp(nowMs), snapshots: [...snapshots], marked: [...marked], ...known } };
        }),
    };
  },
  show: (word: { now: string; snapshots?: string[]; marked?: string[]; head?: { sequence: number; digest: string } }) =>
    word,
});

const REPORT = {
  files: COUNT,
  folders: COUNT,
  links: COUNT,
  bytes: COUNT,
  unchangedFiles: COUNT,
  readBytes: COUNT,
  newBytes: COUNT,
  storedBytes: COUNT,
  durationMs: COUNT,
  problemCount: COUNT,
};

export const reportAgentRun = adminRoute({
  id: 'reportAgentRun',
  method: 'POST',
  path: '/environments/{environmentId}/agents/{agentId}/runs',
  action: 'keystead:ReportAgentRun',
  summary: "Tells what came of a run of a host. What it has put is looked at, and its data keys become the vault's own",
  status: 200,
  params: AGENT_PARAMS,
  body: closed({
    runId: Type.String({ ...UUID, description: 'chosen by the host: told twice, it counts once' }),
    source: Type.String({ minLength: 1, maxLength: 256 }),
    state: Type.Enum(['succeeded', 'failed', 'cancelled']),
    startedAt: TIMESTAMP,
    endedAt: TIMESTAMP,
    snapshotId: Type.Optional(SNAPSHOT_ID),
    report: Type.Optional(closed(REPORT)),
    problem: Type.Optional(
      closed({
        code: Type.String({ pattern: '^[a-z0-9-]{1,64}$' }),
        message: Type.String({ minLength: 1, maxLength: 1024 }),
      }),
    ),
  }),
  answer: named('ReportedRun', { runId: UUID, state: TEXT, newestSnapshot: Type.Optional(TEXT) }),
  example: {
    params: EXAMPLE_AGENT,
    body: {
      runId: '0199e6b1-7c3e-7b60-9a59-2f5d7c3b6e21',
      source: 'records',
      state: 'failed',
      startedAt: '2026-01-01T00:00:00Z',
      endedAt: '2026-01-01T00:01:00Z',
      problem: { code: 'target-full', message: 'There is no room left' },
    },
  },
  prepare: (context, { params, body }) => {
    const { services, proof } = context;
    const { tenant, principal } = proof;
    const { tenantKey, tenantId } = tenant;
    return {
      targets: [{ action: 'keystead:ReportAgentRun', resource: environmentArn(tenant, params.environmentId) }],
      details: {
        environment: params.environmentId,
        agent: params.agentId,
        run: body.runId,
        state: body.state,
        ...(body.snapshotId !== undefined && { snapshotId: body.snapshotId }),
        ...(body.problem && { code: body.problem.code }),
      },
      run: (nowMs) =>
        refusing(async () => {
          const { records } = services;
          const environment = await requireEnvironment(records, tenant, params.environmentId);
          const agent = await requireEnrolledAgent(context, environment.id, params.agentId);
          const told = await records.read(runRef(tenantId, body.runId));
          if (told) {
            const run = readRun(tenantKey, told);
            if (run.environmentId !== environment.id || run.subject.agent !== agent.name) {
              throw new EnvironmentError('run-ended', `The run ${body.runId} is another one's. Choose a new id`);
            }
            return { value: { runId: run.id, state: run.state } };
          }
          // What it has written before backups went elsewhere is received where it lies.
          const place = placeOfAgent(environment, agent);
          if (body.state === 'succeeded' && place === undefined) throw leftBehind(environment, agent);
          const received = body.state === 'succeeded' && place ? await receive(context, place, agent) : undefined;
          const run = endedRun(agent, principal.arn, body, received?.head, nowMs);
          const lastRun = { runId: run.id, state: run.state, endedAtMs: nowMs };
          const writes: Write[] = [
            putRun(tenantKey, undefined, run),
            putAgent(tenantKey, agent, { ...agent, lastRun }),
            ...(await outcomeOf({ records, random: services.random }, tenant, environment, run, nowMs)),
            ...(received
              ? [putEnvironment(tenantKey, environment, withHeads(environment, place, received.heads, nowMs))]
              : []),
          ];
          const newest = received?.head && snapshotName(received.head);
          const value = { runId: run.id, state: run.state, ...(newest !== undefined && { newestSnapshot: newest }) };
          return { value, writes };
        }),
    };
  },
  show: (value: { runId: string; state: string; newestSnapshot?: string }) => value,
});

type Reported = Static<NonNullable<typeof reportAgentRun.body>> & {
  readonly runId: string;
  readonly source: string;
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  readonly startedAt: string;
  readonly snapshotId?: string;
  readonly report?: { readonly [name in keyof typeof REPORT]: number };
  readonly problem?: { readonly code: string; readonly message: string };
};

/** What a host says of a run is believed of the host; that its snapshot is there, of the store alone. */
function endedRun(
  agent: Agent,
  startedBy: string,
  { runId: id, source, state, startedAt, snapshotId, report, problem }: Reported,
  head: KnownHead | undefined,
  nowMs: number,
): Run {
  const isThere = head !== undefined && snapshotId !== undefined && snapshotId <= snapshotName(head);
  const isOwn = snapshotId?.startsWith(`${agent.writerId}-`) === true;
  const outcome =
    state !== 'succeeded' || (isThere && isOwn)
      ? { state, ...(problem && { problem }) }
      : {
          state: 'failed' as const,
          problem: {
            code: 'snapshot-missing',
            message:
              'The host says that its snapshot is there, and the store does not have it. Look at the store and the host',
          },
        };
  return {
    tenantId: agent.tenantId,
    id,
    revision: 0,
    environmentId: agent.environmentId,
    kind: 'backup',
    subject: { source, agent: agent.name },
    locks: { holds: [`agent ${agent.id}`] },
    ...outcome,
    startedBy,
    owner: thisOwner(),
    // A host's clock may be anywhere; a run does not begin after it was told of.
    startedAtMs: Math.min(Date.parse(startedAt), nowMs),
    endedAtMs: nowMs,
    ...(report && { result: { ...report, ...(snapshotId !== undefined && { snapshotId }) } }),
  };
}

function snapshotName({ writer, sequence }: KnownHead): string {
  return `${writer}-${String(sequence).padStart(10, '0')}`;
}

async function receive(
  context: AdminContext,
  environment: Environment,
  agent: Agent & { readonly writerId: string },
): Promise<{ readonly head: KnownHead | undefined; readonly heads: readonly KnownHead[] }> {
  const writer = agent.writerId;
  // A re-wrapping that is under way gives these envelopes recipients, too: it is left to that, not to both.
  const kind = environment.nextMasterKeys === undefined ? 'adopt' : 'writer-word';
  const { answer, heads } = await ask(context, environment, agent, { kind, writer });
  return { head: answer.head, heads: newestHeads([...environment.heads, ...heads]) };
}

/** Has a process answer a question of an agent; its refusal is told as it is. */
async function ask<Kind extends AgentQuestion['kind']>(
  { services, proof }: AdminContext,
  environment: Environment,
  agent: Agent,
  question: Extract<AgentQuestion, { kind: Kind }>,
): Promise<{ readonly answer: AgentAnswers[Kind]; readonly heads: readonly KnownHead[]; readonly vaultId: string }> {
  const end = await services.vault.questions.askFor(proof.tenant, environment, question, agent.id);
  if (end.state !== 'succeeded') throw new RequestError({ status: 422, ...end.problem });
  const { answer, heads, vaultId } = end.report;
  return { answer: answer as AgentAnswers[Kind], heads, vaultId: vaultId as string };
}
