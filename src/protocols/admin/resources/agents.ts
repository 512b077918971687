import Type from 'typebox';
import { userArn } from '../../../identity/arn.ts';
import { issueApiKey, type IssuedCredential } from '../../../identity/credential.ts';
import { makePrincipal } from '../../../identity/principal.ts';
import { roomFor } from '../../../identity/quotas.ts';
import { endUserOf } from '../../../jobs/end-agent.ts';
import { environmentArn, requireEnvironment } from '../../../jobs/find-environment.ts';
import { agentName, putAgent, readAgent } from '../../../vault/agents/agent-record.ts';
import { agentId, agentPolicy, invitedAgent, type Agent } from '../../../vault/agents/agent.ts';
import type { AgentAnswers } from '../../../vault/agents/questions.ts';
import { EnvironmentError } from '../../../vault/environments/environment-error.ts';
import { environmentRef, putEnvironment } from '../../../vault/environments/environment-record.ts';
import type { Environment } from '../../../vault/environments/environment.ts';
import { withHeads } from '../../../vault/environments/former-storage.ts';
import { keepingOf } from '../../../vault/keeping/legal-hold.ts';
import { newestHeads } from '../../../vault/newest-heads.ts';
import { RequestError } from '../errors.ts';
import { adminRoute, type AdminContext } from '../route.ts';
import { closed, named, PAGE, pageFrom, paged, pageOf, TIMESTAMP, timestamp, UUID } from '../schema.ts';
import { AGENT, AGENT_NAME, showAgent, showAgentStorage } from '../vault/agent-answer.ts';
import { placeOfAgent, requireAgent } from '../vault/find-agent.ts';
import { refusing } from '../vault/refusals.ts';

const EXAMPLE = {
  environmentId: '4b1f2a7c-8f1e-4f4e-9a59-2f5d7c3b6e21',
  agentId: '6e1c9a0d-3f5b-4c1a-8f0e-9d3b7a2c4e55',
};
export const AGENT_PARAMS = closed({ environmentId: UUID, agentId: UUID });
export const EXAMPLE_AGENT = EXAMPLE;

const DEFAULT_MINUTES = 60;

interface Invited {
  readonly agent: Agent;
  readonly issued: IssuedCredential;
}

export const inviteAgent = adminRoute({
  id: 'inviteAgent',
  method: 'POST',
  path: '/environments/{environmentId}/agents',
  action: 'keystead:InviteAgent',
  summary: 'Invites a host to write backups into an environment: makes its user, and a token that it enrols with once',
  status: 201,
  params: closed({ environmentId: UUID }),
  body: closed({
    name: AGENT_NAME,
    expiresInMinutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_080, default: DEFAULT_MINUTES })),
  }),
  answer: named('AgentInvitation', {
    agent: AGENT,
    token: Type.String({
      description:
        'environment, agent and an API key, with dots between; shown in this answer and never again, it ends when it is used',
    }),
    expiresAt: TIMESTAMP,
  }),
  example: { params: { environmentId: EXAMPLE.environmentId }, body: { name: 'db-1' } },
  prepare: (context, { params, body }) => {
    const { services, proof } = context;
    const { tenant } = proof;
    const id = agentId(services.random);
    const userName = `vault-agent-${body.name}-${id.slice(0, 8)}`;
    const user = userArn(tenant.accountId, userName);
    return {
      // It makes a user, with a policy and a credential: whoever may not, invites nobody.
      targets: [
        { action: 'keystead:InviteAgent', resource: environmentArn(tenant, params.environmentId) },
        ...['keystead:CreatePrincipal', 'keystead:PutPrincipalInlinePolicy', 'keystead:CreateCredential'].map(
          (action) => ({ action, resource: user }),
        ),
      ],
      details: { environment: params.environmentId, agent: id, name: body.name },
      run: (nowMs) =>
        refusing(async () => {
          const { records, random, quotas } = services;
          const environment = await requireEnvironment(records, tenant, params.environmentId);
          if (showAgentStorage(environment.storage) === undefined) {
            throw new EnvironmentError(
              'agent-storage',
              "The operator's own store takes no credentials of hosts. Use an environment with a bucket or folder of yours",
            );
          }
          if ((await records.resolve(agentName(tenant.tenantId, environment.id, body.name))) !== undefined) {
            throw new EnvironmentError(
              'agent-exists',
              `The environment has an agent named ${body.name} already. Choose another name, or revoke that one`,
            );
          }
          const policy = {
            name: 'vault-agent',
            document: agentPolicy(environmentArn(tenant, environment.id)),
          };
          const made = makePrincipal(tenant, userName, [], nowMs, random, { program: true, inline: [policy] });
          const invitedUntilMs = nowMs + (body.expiresInMinutes ?? DEFAULT_MINUTES) * 60_000;
          const issued = issueApiKey(tenant, made.member.id, nowMs, random, { expiresAtMs: invitedUntilMs });
          context.wipeLater(issued.secret);
          const { tenantId } = tenant;
          const principalId = made.member.id;
          const agent = invitedAgent(
            { id, tenantId, environmentId: environment.id, name: body.name, principalId, invitedUntilMs },
            nowMs,
          );
          const writes = [made.write, issued.write, putAgent(tenant.tenantKey, undefined, agent)];
          return {
            value: { agent, issued },
            writes,
            rooms: [roomFor(tenantId, 'usersPerTenant', quotas)],
            // An environment that is deleted at this moment takes along the agents that it has.
            preconditions: [{ ref: environmentRef(tenantId, environment.id), revision: environment.revision }],
          };
        }),
    };
  },
  show: ({ agent, issued }: Invited) => ({
    agent: showAgent(agent),
    token: `${agent.environmentId}.${agent.id}.${issued.secret.toString('latin1')}`,
    expiresAt: timestamp(agent.invitedUntilMs),
  }),
});

export const listAgents = adminRoute({
  id: 'listAgents',
  method: 'GET',
  path: '/environments/{environmentId}/agents',
  action: 'keystead:ListAgents',
  summary: 'Lists the agents of an environment: hosts that write backups into it',
  status: 200,
  params: closed({ environmentId: UUID }),
  query: PAGE,
  answer: pageOf(AGENT),
  example: { params: { environmentId: EXAMPLE.environmentId }, query: { limit: 10 } },
  prepare: ({ services, proof: { tenant } }, { params, query }) => ({
    targets: [{ action: 'keystead:ListAgents', resource: environmentArn(tenant, params.environmentId) }],
    run: () =>
      refusing(async () => {
        const environment = await requireEnvironment(services.records, tenant, params.environmentId);
        const rows = await services.records.list(tenant.tenantId, 'vault-agent', environment.id, pageFrom(query));
        const items = rows.map((row) => shown(environment, readAgent(tenant.tenantKey, row)));
        return { value: paged(rows, query, items) };
      }),
  }),
  show: (page: { items: ReturnType<typeof showAgent>[]; next?: string }) => page,
});

export const getAgent = adminRoute({
  id: 'getAgent',
  method: 'GET',
  path: '/environments/{environmentId}/agents/{agentId}',
  action: 'keystead:GetAgent',
  summary: 'Shows an agent: its fingerprint, its newest snapshot, the last run that it has told of',
  status: 200,
  params: AGENT_PARAMS,
  answer: AGENT,
  example: { params: EXAMPLE },
  prepare: ({ services, proof: { tenant } }, { params }) => ({
    targets: [{ action: 'keystead:GetAgent', resource: environmentArn(tenant, params.environmentId) }],
    run: () =>
      refusing(async () => {
        const environment = await requireEnvironment(services.records, tenant, params.environmentId);
        return {
          value: shown(environment, await requireAgent(services.records, tenant, environment.id, params.agentId)),
        };
      }),
  }),
  show: (agent: ReturnType<typeof showAgent>) => agent,
});

const REVOKED_AGENT = named('RevokedAgent', {
  ...AGENT.properties,
  discounted: Type.Optional(
    Type.Array(Type.String(), { description: 'ids of its snapshots that were after what counts, and are gone' }),
  ),
  meaning: Type.String({ description: 'what of it counts from now on, in a sentence' }),
});

interface Revoked {
  readonly agent: ReturnType<typeof showAgent>;
  readonly discounted?: readonly string[];
}

export const revokeAgent = adminRoute({
  id: 'revokeAgent',
  method: 'POST',
  path: '/environments/{environmentId}/agents/{agentId}/revocation',
  action: 'keystead:RevokeAgent',
  summary:
    'Lets an agent go: its credentials end, and of its snapshots count those up to `through`, by default all that are there now. Those after are taken away',
  status: 200,
  params: AGENT_PARAMS,
  query: closed({
    through: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 9_999_999_999,
        description:
          'the number of the last of its snapshots that is to count, 0: none; by default all that are there now. Takes keystead:ForgetSnapshots too',
      }),
    ),
  }),
  answer: REVOKED_AGENT,
  example: { params: EXAMPLE, query: { through: 7 } },
  prepare: (context, { params, query }) => {
    const { services, proof } = context;
    const { tenant } = proof;
    const { through } = query;
    const resource = environmentArn(tenant, params.environmentId);
    return {
      targets: [
        { action: 'keystead:RevokeAgent', resource },
        // Switching off is one thing, destroying what was backed up another.
        ...(through === undefined ? [] : [{ action: 'keystead:ForgetSnapshots', resource }]),
      ],
      details: {
        environment: params.environmentId,
        agent: params.agentId,
        ...(through !== undefined && { through }),
      },
      run: (nowMs) =>
        refusing(async () => {
          const { records, directory } = services;
          const environment = await requireEnvironment(records, tenant, params.environmentId);
          const agent = await requireAgent(records, tenant, environment.id, params.agentId);
          const isDone = agent.state === 'revoked' && (through === undefined || through === agent.through);
          const ending = await endUserOf(directory, tenant, agent);
          if (isDone) return { value: { agent: shown(environment, agent) }, writes: ending, urgent: ending.length > 0 };
          let left: Awaited<ReturnType<typeof letGo>>;
          try {
            left = await letGo(context, environment, agent, through);
          } catch (error) {
            const refusal = ending.length > 0 ? notSignedOut(agent, error) : undefined;
            if (refusal === undefined) throw error;
            // A store or a key that says no must not keep its credentials alive.
            return {
              value: { agent: shown(environment, agent) },
              writes: ending,
              urgent: true,
              refusal,
              result: { endedUser: agent.principalId },
            };
          }
          const revoked: Agent = {
            ...agent,
            state: 'revoked',
            revokedAtMs: agent.revokedAtMs ?? nowMs,
            ...(left && { through: left.answer.through }),
          };
          const writes = [
            putAgent(tenant.tenantKey, agent, revoked),
            // Without its user none of its credentials opens anything, from the answer on.
            ...ending,
            ...(left ? [putEnvironment(tenant.tenantKey, environment, left.environment)] : []),
          ];
          const discounted = left?.answer.discounted ?? [];
          return {
            value: { agent: shown(environment, revoked), ...(discounted.length > 0 && { discounted }) },
            writes,
            urgent: true,
            ...(left && { result: { through: left.answer.through, discounted: discounted.length } }),
          };
        }),
    };
  },
  show: ({ agent, discounted = [] }: Revoked) => ({
    ...agent,
    ...(discounted.length > 0 && { discounted: [...discounted] }),
    meaning: meaningOf(agent, discounted.length),
  }),
});

/** What it means that an agent was let go. */
function meaningOf({ through, writerId }: ReturnType<typeof showAgent>, discounted: number): string {
  if (writerId === undefined || through === undefined) return 'It had never been enrolled, and has written nothing.';
  const counts =
    through === 0 ? 'None of its snapshots counts' : `Of its snapshots count those up to number ${through}, as before`;
  const gone =
    discounted === 0
      ? ''
      : ` Those after, ${discounted}, cannot be restored any more, and what only they need goes with the next prunes.`;
  return `${counts}; whatever is signed with its key from now on counts for nobody.${gone} Take its credentials of the store away as well.`;
}

/** What was asked for amiss: then nothing is ended by it. */
const ASKED_AMISS = new Set(['snapshot-missing', 'held']);

/** The refusal where the store or the master key keeps an agent from being signed out, and its credentials have ended. */
function notSignedOut({ name }: Agent, error: unknown): RequestError | undefined {
  if (!(error instanceof RequestError || error instanceof EnvironmentError) || ASKED_AMISS.has(error.code))
    return undefined;
  return new RequestError({
    status: 422,
    code: error.code,
    message: `The credentials of the agent ${name} have ended. It could not be signed out of the vault yet, so snapshots that are signed with its key would still count: ${error.message}`,
    action: 'Take its credentials of the store away, and ask for the same again once this works.',
  });
}

/** Signs the writer out; an agent that never was enrolled has none. */
async function letGo(
  { services, proof, nowMs }: AdminContext,
  environment: Environment,
  agent: Agent,
  through: number | undefined,
): Promise<{ readonly answer: AgentAnswers['revoke-writer']; readonly environment: Environment } | undefined> {
  const { writerId } = agent;
  const place = placeOfAgent(environment, agent);
  if (writerId === undefined || place === undefined) return undefined;
  const question = {
    kind: 'revoke-writer',
    writer: writerId,
    keeping: keepingOf(environment),
    ...(through !== undefined && { through }),
  } as const;
  const end = await services.vault.questions.askFor(proof.tenant, place, question, `revoke ${writerId}`);
  if (end.state !== 'succeeded') throw new RequestError({ status: 422, ...end.problem });
  const answer = end.report.answer as AgentAnswers['revoke-writer'];
  const heads = newestHeads([...place.heads, ...end.report.heads]);
  return { answer, environment: withHeads(environment, place, heads, nowMs) };
}

function shown(environment: Environment, agent: Agent) {
  const head = placeOfAgent(environment, agent)?.heads.find(({ writer }) => writer === agent.writerId);
  return showAgent(agent, head && `${head.writer}-${String(head.sequence).padStart(10, '0')}`);
}
