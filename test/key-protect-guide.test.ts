import { describeGuide } from './guide.fixture.ts';

describeGuide('IBM Key Protect', {
  path: 'docs/guide/key-protect.md',
  prints: {
    'An instance': /us-south +\d{12}/,
    'Somebody who uses it': /Manager[^]*"resources":\[\{"id":"default"\}\]/,
    'Wrap under a root key': /^a data key$/m,
    'Keep a secret as a standard key': /^correct horse$/m,
    'Bring a root key': /your material is version [0-9a-f-]{36} \(current\) of this key/,
    Rotate: /^another version\n2$/m,
    'Rings and aliases': /^payments\nwages\n1$/m,
    'Policies of a key, and of the instance': /"interval_month":3[^]*enforce token +true/,
    'Two people delete': /"enabled":true[^]*^AUTHORIZATIONS_NOT_MET$/m,
    'What a service protects with a key':
      /:vault-1::\n[^]*^PROTECTED_RESOURCE_ERR\n+\{"state":5,"deleted":true\}\n[^]*delete +backup\.example\.com/m,
    'Switch it off, whichever API is asked': /state +disabled[^]*^KEY_ACTION_INVALID_STATE_ERR$/m,
  },
});
