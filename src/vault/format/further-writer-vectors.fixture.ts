import { createPrivateKey, hash } from 'node:crypto';
import { furtherWriterName, sealFurtherWriter, type FurtherWriter } from './further-writer.ts';
import { writerOf } from './writer-key.ts';

function signer(label: string) {
  const seed = hash('sha256', label, 'buffer');
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { ...writerOf(privateKey), privateKey };
}

/** Objects under `writers/`, by their names, in base64: enrolled, then let go. Signed by the creator of the other vectors. */
export function makeWriterVectors(vault: string): Record<string, string> {
  const creator = signer('vector writer');
  const { id, publicKey } = signer('vector further writer');
  const enrolled: FurtherWriter = {
    id,
    publicKey,
    revision: 1,
    state: 'active',
    through: null,
    createdMs: 1_700_000_100_000,
  };
  const revoked: FurtherWriter = {
    ...enrolled,
    revision: 2,
    state: 'revoked',
    through: 7,
    createdMs: 1_700_000_200_000,
  };
  return Object.fromEntries(
    [enrolled, revoked].map((writer) => [
      furtherWriterName(writer.id, writer.revision),
      sealFurtherWriter(writer, vault, creator).toString('base64'),
    ]),
  );
}
