/** Names of schedules on the command line and in checkpoints. */
export const scheduleNames = ['linear', 'cosine', 'scaled-linear'] as const;
