import type { Credential } from '@keystead/sdk';
import type { Tone } from '../../../ui/state-badge.tsx';

export const TYPES: Readonly<Record<Credential['type'], string>> = {
  'api-key': 'API key',
  'access-key': 'Access key',
  session: 'Temporary',
};

export const STATES: Readonly<Record<Credential['state'], { readonly word: string; readonly tone: Tone }>> = {
  active: { word: 'Active', tone: 'good' },
  suspended: { word: 'Suspended', tone: 'off' },
  inactive: { word: 'Ended', tone: 'off' },
};

const WIRES: Readonly<Record<string, string>> = {
  admin: 'the admin API',
  'aws-kms': 'AWS KMS',
  'key-protect': 'IBM Key Protect',
  sts: 'AWS STS',
};

/** The protocol of a request, in words. */
export const wireOf = (protocol: string): string => WIRES[protocol] ?? protocol;
