import packageJson from '../../package.json' with { type: 'json' };

/** The version of this Keystead. */
export const VERSION = packageJson.version;
