import type { KeySpecRow } from '../../crypto/key-spec.ts';
import type { Key } from '../../keys/key.ts';
import type { Act } from '../../pipeline/act.ts';
import type { Call } from '../../pipeline/call.ts';
import type { RateClass } from '../../pipeline/rates.ts';
import { ThrottledError } from '../../pipeline/errors.ts';
import type { Throttle } from '../../pipeline/throttle.ts';
import { andThen, type MaybePromise } from '../../records/ports.ts';
import type { DataKeyPairSpec, OperationName } from './model.gen.ts';
import type { AnyInput } from './prepare.ts';

/** What the rate of an operation depends on where its name alone does not say it. */
type ByInput = 'key' | 'pair';

/** Reads and writes of all that is not listed: see {@link classOf}. */
const CLASSES: { readonly [N in OperationName]?: RateClass | ByInput } = {
  Encrypt: 'key',
  Decrypt: 'key',
  ReEncrypt: 'key',
  Sign: 'key',
  Verify: 'key',
  GenerateDataKey: 'key',
  GenerateDataKeyWithoutPlaintext: 'key',
  GenerateDataKeyPair: 'pair',
  GenerateDataKeyPairWithoutPlaintext: 'pair',
  GenerateRandom: 'symmetric',
  GenerateMac: 'hmac',
  VerifyMac: 'hmac',
  DeriveSharedSecret: 'ecc',
  Encapsulate: 'ml',
  Decapsulate: 'ml',
};

const READS = /^(?:Describe|Get|List)/;

const FAMILIES: Record<KeySpecRow['family'], RateClass> = {
  aes: 'symmetric',
  rsa: 'rsa',
  ec: 'ecc',
  edwards: 'ecc',
  sm2: 'ecc',
  hmac: 'hmac',
  'ml-dsa': 'ml',
  'ml-kem': 'ml',
  secret: 'read',
};

/**
 * Lets one request in, once, however often its act is prepared: before anything is done with a key, and where its name
 * or its input says what it is, before a key is looked for.
 */
export class Admission {
  readonly #throttle: Throttle;
  readonly #call: Call;
  #isIn = false;

  constructor(throttle: Throttle, call: Call) {
    this.#throttle = throttle;
    this.#call = call;
  }

  /** @throws {ThrottledError} */
  admit(name: OperationName, input: AnyInput, prepare: () => MaybePromise<Act<unknown>>): MaybePromise<Act<unknown>> {
    if (this.#isIn) return prepare();
    const rateClass = classOf(name, input);
    if (rateClass !== 'key') {
      this.#enter([rateClass]);
      return prepare();
    }
    return andThen(prepare(), (act) => {
      this.#enter(act.targets.flatMap(({ key }) => (key === undefined ? [] : [classOfKey(key.key)])));
      return act;
    });
  }

  /**
   * Runs everything that comes before a verb. What fails before its class is known counts as symmetric: nobody asks
   * for nothing without end.
   *
   * @throws {ThrottledError}
   */
  attempt(prepare: () => MaybePromise<Act<unknown>>): MaybePromise<Act<unknown>> {
    try {
      const act = prepare();
      return act instanceof Promise ? act.catch((error: unknown) => this.#failed(error)) : act;
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): never {
    if (!this.#isIn && !(error instanceof ThrottledError)) this.#enter(['symmetric']);
    throw error;
  }

  #enter(classes: readonly RateClass[]): void {
    for (const one of classes) this.#throttle.take(this.#call, one);
    this.#isIn = true;
  }
}

function classOf(name: OperationName, input: AnyInput): RateClass | 'key' {
  const listed = CLASSES[name] ?? (READS.test(name) ? 'read' : 'write');
  return listed === 'pair' ? classOfPair(input['KeyPairSpec'] as DataKeyPairSpec) : listed;
}

function classOfPair(spec: DataKeyPairSpec): RateClass {
  if (spec.startsWith('RSA')) return 'rsa';
  return spec.startsWith('ML') ? 'ml' : 'ecc';
}

function classOfKey({ keyStore, spec }: Key): RateClass {
  return keyStore === undefined ? FAMILIES[spec.family] : 'keyStore';
}
