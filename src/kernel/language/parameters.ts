/** Names under which compiled cells find the shared scope, the kernel's helpers, and what stands for `import.meta`. */
export const scopeName = '__scope';
export const kernelName = '__kernel';
export const metaName = '__meta';
