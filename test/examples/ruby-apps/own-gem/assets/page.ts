export const built: string = 'with Node.js';
