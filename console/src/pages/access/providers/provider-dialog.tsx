import type { IdentityProvider } from '@keystead/sdk';
import { Alert, Checkbox, Input, MultiSelect, PasswordInput, Select, TagsInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useAct } from '../../../api/use-act.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { ACCESS_MORE_COMMANDS } from '../../../commands/access-more-commands.ts';
import { CopyText } from '../../../ui/copy-text.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { policiesQuery } from '../credentials/credentials-query.ts';
import { formOf, isBounded, isComplete, needsSecret, termsOf, type ProviderForm } from './provider-form.ts';

const CLAIMS = [
  { value: 'email', label: 'email, which the provider must have verified' },
  { value: 'preferred_username', label: 'preferred_username' },
  { value: 'sub', label: 'sub, the id of the account there' },
];

interface ProviderDialogProps {
  /** The one that is changed; undefined: a new one. */
  readonly before?: IdentityProvider;
  readonly onClose: () => void;
}

/** What the server needs to know of a provider. */
export function ProviderDialog({ before, onClose }: ProviderDialogProps) {
  const [form, setForm] = useState(() => formOf(before));
  const set = (change: Partial<ProviderForm>): void => setForm({ ...form, ...change });
  const policies = useQuery(policiesQuery(useApi()));
  const save = useAct({
    act: (api) =>
      before === undefined
        ? api.createIdentityProvider(termsOf(form, before))
        : api.updateIdentityProvider(before.providerId, {
            ...termsOf(form, before),
            ...(form.isPublic && before.hasClientSecret && { removeClientSecret: true }),
          }),
    touches: [['identity-providers']],
    done: ({ name }) => (before === undefined ? `${name} is a way to sign in. Test it now.` : `${name} is changed.`),
  });
  const isOperator = useWhoAmI().policies.includes('operator');
  const asksSecret = needsSecret(form, before);
  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={before === undefined ? 'Add an identity provider' : `Change ${before.name}`}
      about="Any OpenID provider: Okta, Microsoft Entra ID, Google, Keycloak and others. Register Keystead there as a web application, with the callback URL that stands below once the issuer is given; it gives you a client id and a secret."
      verb={before === undefined ? 'Add the provider' : 'Save the changes'}
      isReady={isComplete(form, before)}
      command={
        before === undefined
          ? ACCESS_MORE_COMMANDS.createProvider(form.name || 'NAME', form.issuer || 'URL', form.clientId || 'ID')
          : ACCESS_MORE_COMMANDS.updateProvider(before.name)
      }
      onSubmit={() => save.mutateAsync()}
    >
      <TextInput
        label="Name"
        description="What the button on the sign-in page says."
        placeholder="Example Corp"
        value={form.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label="Issuer"
        description="As the provider calls itself, to the letter. The server finds everything else there."
        placeholder="https://login.example.com"
        value={form.issuer}
        onChange={(event) => set({ issuer: event.currentTarget.value })}
        spellCheck={false}
      />
      <CallbackUrl issuer={form.issuer} />
      <TextInput
        label="Client id"
        value={form.clientId}
        onChange={(event) => set({ clientId: event.currentTarget.value })}
        spellCheck={false}
        autoComplete="off"
      />
      <Checkbox
        label="A public client, without a secret"
        description="It proves itself by PKCE alone. A secret is better where the provider gives one."
        checked={form.isPublic}
        onChange={(event) => set({ isPublic: event.currentTarget.checked })}
      />
      {!form.isPublic && (
        <PasswordInput
          label="Client secret"
          description={
            asksSecret
              ? 'Kept encrypted, and never shown again.'
              : 'The one that was given stays unless you enter another one.'
          }
          value={form.clientSecret}
          onChange={(event) => set({ clientSecret: event.currentTarget.value })}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': 'Show the client secret' }}
        />
      )}
      <Select
        label="Whose name is compared with that of the invited user"
        data={CLAIMS}
        value={form.userClaim}
        onChange={(claim) => set({ userClaim: (claim ?? 'email') as ProviderForm['userClaim'] })}
        allowDeselect={false}
      />
      <TagsInput
        label="Mail domains that are let in"
        description="None: any. Always give them for a provider that serves the whole world."
        placeholder={form.emailDomains.length === 0 ? 'example.com' : ''}
        value={[...form.emailDomains]}
        onChange={(emailDomains) => set({ emailDomains })}
        acceptValueOnBlur
      />
      <TagsInput
        label="Scopes"
        description="What the provider is asked to tell. openid is always among them."
        value={[...form.scopes]}
        onChange={(scopes) => set({ scopes })}
        acceptValueOnBlur
      />
      <Checkbox
        label="The provider must say that it asked for more than a password"
        description="Not every provider says how it asked: test a sign-in before you rely on it."
        checked={form.requireMultiFactor}
        onChange={(event) => set({ requireMultiFactor: event.currentTarget.checked })}
      />
      {(isOperator || form.forOperators) && (
        <Checkbox
          label="Operators may sign in by it"
          description="Their power reaches beyond this tenant: the provider then vouches for the whole installation."
          disabled={!isOperator}
          checked={form.forOperators}
          onChange={(event) => set({ forOperators: event.currentTarget.checked })}
        />
      )}
      <Checkbox
        label="Make a user of everybody whom it vouches for"
        description="Without this only those get in who were invited."
        checked={form.allowNewcomers}
        onChange={(event) => set({ allowNewcomers: event.currentTarget.checked })}
      />
      {form.allowNewcomers && (
        <>
          <MultiSelect
            label="Roles of newcomers"
            data={(policies.data ?? []).map(({ name }) => name)}
            value={[...form.newcomerPolicies]}
            onChange={(newcomerPolicies) => set({ newcomerPolicies })}
            error={isBounded(form) ? undefined : 'Choose at least one: without a role they could do nothing.'}
            searchable
          />
          {form.emailDomains.length === 0 && (
            <Alert
              color="yellow"
              variant="outline"
              title="Everybody with an account there gets in"
              c="var(--mantine-color-text)"
            >
              Give the mail domains, unless all accounts of this provider are your own people&apos;s.
            </Alert>
          )}
        </>
      )}
    </FormDialog>
  );
}

const TYPING_MS = 400;

/** What is registered at the provider before it gives a client id. */
function CallbackUrl({ issuer }: { readonly issuer: string }) {
  const api = useApi();
  const [settled] = useDebouncedValue(issuer, TYPING_MS);
  const { data } = useQuery({
    queryKey: ['identity-providers', 'callback', settled],
    queryFn: () => api.getIdentityProviderCallback({ issuer: settled }),
    enabled: /^https?:\/\/./.test(settled),
  });
  if (data === undefined || settled !== issuer) return null;
  return (
    <Input.Wrapper label="Callback URL" description="To register at the provider: browsers come back there.">
      <CopyText text={data.callbackUrl} label="the callback URL" />
    </Input.Wrapper>
  );
}
