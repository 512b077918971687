/** A setting that cannot be used. Names the setting, says what is wrong and what would be right. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
