/** Specs whose material is raw bytes. */
const SECRET = /^(?:aes|hmac)-/;

/**
 * The commands by which somebody brings the material of a key with OpenSSL, from a file `material`: raw bytes of a secret
 * key, a private key in PEM of a pair. The steps are those that an HSM does on its own.
 */
export function importCommands(region: string, keyId: string, spec: string): string {
  const place = `${keyId} --region ${region}`;
  const prepare = SECRET.test(spec)
    ? 'cp material material.der'
    : 'openssl pkcs8 -topk8 -nocrypt -in material -outform DER -out material.der';
  return `# Brings "material" to the key ${keyId} (${spec}).
set -eu
umask 077
keystead key import-parameters ${place} --public-key wrapping.der --token-file token
${prepare}
openssl rand -out once.bin 32
openssl pkeyutl -encrypt -pubin -keyform DER -inkey wrapping.der -in once.bin -out wrapped \\
  -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
openssl enc -id-aes256-wrap-pad -iv A65959A6 -K "$(od -An -vtx1 once.bin | tr -d ' \\n')" -in material.der >> wrapped
keystead key import ${place} --wrapped wrapped --token-file token
keystead key check-value ${place} --material material
rm -f once.bin wrapping.der token wrapped material.der
`;
}
