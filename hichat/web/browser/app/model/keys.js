// A key of something that is sent: no other has the same. Only pages over TLS and on localhost have randomUUID.
export const freshKey = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
