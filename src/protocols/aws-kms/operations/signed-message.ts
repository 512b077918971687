import type { Json } from '../../../bytes/canonical-json.ts';
import type { SignedMessage } from '../../../keys/sign.ts';
import type { MessageType, SigningAlgorithmSpec } from '../model.gen.ts';

interface SigningInput {
  readonly Message: Buffer;
  readonly MessageType?: MessageType;
  readonly SigningAlgorithm: SigningAlgorithmSpec;
}

const DEFAULT_TYPE: MessageType = 'RAW';

/** What Sign and Verify are asked about. */
export function signedMessage({ Message, MessageType, SigningAlgorithm }: SigningInput): SignedMessage {
  return { algorithm: SigningAlgorithm, message: Message, messageType: MessageType ?? DEFAULT_TYPE };
}

/** What their entries say of it. */
export function signingDetails({ MessageType, SigningAlgorithm }: SigningInput): Json {
  return { messageType: MessageType ?? DEFAULT_TYPE, signingAlgorithm: SigningAlgorithm };
}
