/** What is asked for anew after an act on channels. */
export const TOUCHES = [['alert-channels'], ['alerts']] as const;
