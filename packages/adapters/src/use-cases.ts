import { createUseCases, identifyActor, type Ports } from '@ticket/domain';
import { type AccountPorts, createAccountUseCases } from '@ticket/domain/accounts';

/** All use cases of a platform with accounts: those of the core and those of accounts. */
export const everyUseCase = (ports: Ports & AccountPorts) => ({
  ...createUseCases(ports),
  ...createAccountUseCases(ports),
  /** `identifyActor` of the domain, with the rights of the core and of accounts. It reads the user's row at each call. */
  identifyActor: identifyActor(ports, { ...ports.policy.rights, ...ports.accountPolicy.rights }),
});

/** What `everyUseCase` gives. Each use case may be called at the same time as any other. */
export type UseCases = ReturnType<typeof everyUseCase>;
