import { Stepper } from '@mantine/core';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { Key } from '@keystead/sdk';
import { useEffect, useRef, useState } from 'react';
import { useApi } from '../../../api/api.ts';
import { Page } from '../../../ui/page.tsx';
import { keyQuery } from '../key-query.ts';
import { keyName } from '../key-words.ts';
import { useRegion } from '../regions.ts';
import { fetchWrapping, makeKey, sendWrapped, serversCheckValue } from './bring-acts.ts';
import { ChooseStep } from './choose-step.tsx';
import { CompareStep } from './compare-step.tsx';
import { KeptNotice } from './kept-notice.tsx';
import { keepWrapping, keptWrapping } from './kept-wrapping.ts';
import { wipe, type Material } from './material.ts';
import { MaterialStep } from './material-step.tsx';
import { OutsideStep } from './outside-step.tsx';
import { newPlan, type Plan, type Wrapped, type Wrapping } from './plan.ts';
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
  const [step, setStep] = useState(0);
  const [plan, setPlan] = useState<Plan>(() => newPlan(region, known));
  const [wrapping, setWrapping] = useState<Wrapping>();
  const [kept, setKept] = useState(() => keptWrapping(region, known?.keyId));
  const [imported, setImported] = useState<Key>();
  const [own, setOwn] = useState<string>();
  const [hasMaterial, setHasMaterial] = useState(false);
  // Never in the state of the page, which tools show and errors quote.
  const material = useRef<Material>(undefined);

  const keep = (next: Material | undefined): void => {
    if (material.current) wipe(material.current);
    material.current = next;
    setHasMaterial(next !== undefined);
    setOwn(next?.checkValue);
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
    if (plan.source === 'outside') keepWrapping({ plan: { ...plan, key }, wrapping: fetched });
    return fetched;
  };
  const finish = (key: Key): Key => {
    if (material.current) wipe(material.current);
    material.current = undefined;
    if (plan.source === 'outside') keepWrapping(undefined);
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
  const giveUp = (): void => {
    keepWrapping(undefined);
    setKept(undefined);
    setWrapping(undefined);
  };
  const back = (to: number) => () => setStep(to);
  const choose = (next: Plan): void => {
    // Material is of a kind: what was made or saved for one is none for another, whatever its length.
    if (next.spec !== plan.spec) keep(undefined);
    setPlan(next);
  };
  return (
    <Page
      title={known === undefined ? 'Bring your own key' : `Bring material for ${keyName(known)}`}
      about="You keep the material; the server gets it wrapped, and uses it without ever handing it out."
    >
      <Stepper active={step} size="sm" iconSize={32} aria-label="Steps" allowNextStepsSelect={false}>
        {STEPS.map((label) => (
          <Stepper.Step key={label} label={label} component="div" />
        ))}
      </Stepper>
      {step === 0 && kept && wrapping === undefined && (
        <KeptNotice
          kept={kept}
          onGoOn={() => {
            setPlan(kept.plan);
            setWrapping(kept.wrapping);
            setStep(2);
          }}
          onForget={giveUp}
        />
      )}
      {step === 0 && <ChooseStep plan={plan} onChange={choose} onNext={() => setStep(1)} />}
      {step === 1 && (
        <MaterialStep
          plan={plan}
          checkValue={own}
          hasMaterial={hasMaterial}
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
          onForget={giveUp}
        />
      )}
      {step === 3 && imported && (
        <CompareStep
          imported={imported}
          own={own}
          servers={serversCheckValue(imported, plan.kind)}
          file={plan.source === 'made' ? savedName(plan) : 'material.bin'}
          isPending={plan.kind === 'new'}
        />
      )}
    </Page>
  );
}
