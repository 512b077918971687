import { Stepper } from '@mantine/core';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Key } from '@keystead/sdk';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { useWhoAmI } from '../../../api/who-am-i.ts';
import { LeaveGuard } from '../../../ui/leave-guard.tsx';
import { Page } from '../../../ui/page.tsx';
import { keyQuery } from '../key-query.ts';
import { keyName } from '../key-words.ts';
import { useRegion } from '../regions.ts';
import { fetchWrapping, makeKey, sendWrapped, serversCheckValue } from './bring-acts.ts';
import { ChooseStep } from './choose-step.tsx';
import { CompareStep } from './compare-step.tsx';
import { KeptNotice } from './kept-notice.tsx';
import { forgetWrapping, keepWrapping, keptWrappings, type KeptWrapping } from './kept-wrapping.ts';
import { wipe, type Material } from './material.ts';
import { MaterialStep } from './material-step.tsx';
import { OutsideStep } from './outside-step.tsx';
import { newPlan, wrapperOf, type Plan, type Wrapped, type Wrapping } from './plan.ts';
import { savedName } from './saved-text.ts';
import { SendStep } from './send-step.tsx';
import { sealNonce, wrapMaterial } from './wrap-material.ts';

const route = getRouteApi('/shell/keys/bring');
const STEPS = ['What for', 'Material', 'Wrap and send', 'Compare'] as const;

/** Bring your own key: material that its owner makes or has, wrapped before it leaves the owner's machine. */
export function BringKeyPage() {
  const search = route.useSearch();
  const region = useRegion(search.region);
  return search.key === undefined ? (
    <Wizard region={region} known={undefined} />
  ) : (
    <ForKnownKey region={region} keyId={search.key} />
  );
}

function ForKnownKey({ region, keyId }: { readonly region: string; readonly keyId: string }) {
  const { data } = useSuspenseQuery(keyQuery(useApi(), region, keyId));
  // The key as it was at the beginning: what comes later must not begin the wizard anew.
  const [known] = useState(data);
  return <Wizard region={region} known={known} />;
}

function Wizard({ region, known }: { readonly region: string; readonly known: Key | undefined }) {
  const api = useApi();
  const queries = useQueryClient();
  const { accountId } = useWhoAmI();
  const [step, setStep] = useState(0);
  const [first] = useState<Plan>(() => newPlan(region, known));
  const [plan, setPlan] = useState(first);
  const [wrapping, setWrapping] = useState<Wrapping>();
  const [kept, setKept] = useState(() => keptWrappings(accountId, region, known?.keyId));
  const [imported, setImported] = useState<Key>();
  const [own, setOwn] = useState<string>();
  const [hasMaterial, setHasMaterial] = useState(false);
  const [fileName, setFileName] = useState<string>();
  const [isCopyKept, setIsCopyKept] = useState(false);
  // Never in the state of the page, which tools show and errors quote.
  const material = useRef<Material>(undefined);

  const keep = (next: Material | undefined): void => {
    if (material.current) wipe(material.current);
    material.current = next;
    setHasMaterial(next !== undefined);
    setOwn(next?.checkValue);
    setIsCopyKept(false);
  };
  useEffect(
    () => () => {
      if (material.current) wipe(material.current);
    },
    [],
  );

  const prepare = async (): Promise<Wrapping> => {
    const key = await makeKey(api, plan);
    if (key !== plan.key) setPlan((before) => ({ ...before, key }));
    const fetched = await fetchWrapping(api, plan, key);
    setWrapping(fetched);
    if (plan.source === 'outside') keepWrapping({ accountId, plan: { ...plan, key }, wrapping: fetched });
    return fetched;
  };
  const finish = (key: Key): Key => {
    if (material.current) wipe(material.current);
    material.current = undefined;
    if (plan.source === 'outside') forgetWrapping({ accountId, plan });
    setHasMaterial(false);
    setImported(key);
    setStep(STEPS.length - 1);
    void queries.invalidateQueries({ queryKey: ['keys'] });
    return key;
  };
  const fetch = useMutation({ mutationFn: prepare });
  const sendHere = useMutation({
    mutationFn: async () => {
      const bytes = material.current?.bytes;
      if (bytes === undefined) throw new Error('the material is not in this page any more: choose it again');
      const fetched = await prepare();
      const publicKey = fetched.way === 'aws' ? fetched.parameters.publicKey : fetched.token.publicKey;
      const wrapped: Wrapped = {
        material: await wrapMaterial(bytes, publicKey),
        ...(fetched.way === 'ibm' && (await sealNonce(bytes, fetched.token.nonce))),
      };
      return finish(await sendWrapped(api, plan, fetched, wrapped));
    },
  });
  const sendOutside = useMutation({
    mutationFn: async (wrapped: Wrapped) => finish(await sendWrapped(api, plan, wrapping as Wrapping, wrapped)),
  });
  const giveUp = (given: KeptWrapping): void => {
    forgetWrapping(given);
    setKept(kept.filter((one) => one !== given));
  };
  const back = (to: number) => () => setStep(to);
  const choose = (next: Plan): void => {
    // Material is of a kind: what was made or saved for one is none for another, whatever its length.
    if (next.spec !== plan.spec) {
      keep(undefined);
      setFileName(undefined);
    }
    // What was fetched stays in the tab, for who goes back to it.
    if (next.region !== plan.region || next.way !== plan.way) setWrapping(undefined);
    setPlan(next);
  };
  return (
    <Page
      title={known === undefined ? 'Bring your own key' : `Bring material for ${keyName(known)}`}
      about="You keep the material; the server gets it wrapped, and uses it without ever handing it out."
    >
      <LeaveGuard
        isUnsaved={
          step < STEPS.length - 1 &&
          (hasMaterial || (plan !== first && wrapping === undefined)) &&
          !sendHere.isPending &&
          !fetch.isPending
        }
      >
        {hasMaterial
          ? 'The material leaves this page with you: nothing of it was sent yet.'
          : 'The key was not brought yet.'}
      </LeaveGuard>
      <Stepper active={step} size="sm" iconSize={32} aria-label="Steps" allowNextStepsSelect={false}>
        {STEPS.map((label) => (
          <Stepper.Step key={label} label={label} component="div" />
        ))}
      </Stepper>
      {step === 0 &&
        wrapping === undefined &&
        kept.map((one) => (
          <KeptNotice
            key={one.plan.key?.keyId ?? ''}
            kept={one}
            onGoOn={() => {
              setPlan(one.plan);
              setWrapping(one.wrapping);
              setStep(2);
            }}
            onForget={() => giveUp(one)}
          />
        ))}
      {step === 0 && <ChooseStep plan={plan} onChange={choose} onNext={() => setStep(1)} />}
      {step === 1 && (
        <MaterialStep
          plan={plan}
          checkValue={own}
          hasMaterial={hasMaterial}
          fileName={fileName}
          onFile={setFileName}
          isCopyKept={isCopyKept}
          onCopyKept={setIsCopyKept}
          onChange={setPlan}
          onMaterial={keep}
          takeBytes={() => material.current?.bytes}
          onBack={back(0)}
          onNext={() => setStep(2)}
        />
      )}
      {step === 2 && plan.source !== 'outside' && (
        <SendStep plan={plan} onChange={setPlan} send={sendHere} onBack={back(1)} />
      )}
      {step === 2 && plan.source === 'outside' && (
        <OutsideStep
          plan={plan}
          onChange={setPlan}
          wrapping={wrapping}
          fetch={fetch}
          send={sendOutside}
          onBack={back(1)}
        />
      )}
      {step === 3 && imported && (
        <CompareStep
          imported={imported}
          own={own}
          servers={serversCheckValue(imported, plan.kind)}
          file={fileAtHome(plan)}
          isProven={plan.way === 'ibm'}
          isPending={plan.kind === 'new'}
        />
      )}
    </Page>
  );
}

/** What the file with the material is called where its owner has it; undefined: an HSM has it, in no file. */
function fileAtHome(plan: Plan): string | undefined {
  if (plan.source === 'outside' && wrapperOf(plan) !== 'openssl') return undefined;
  return plan.source === 'made' ? savedName(plan) : 'material.bin';
}
