import { createUseCases, identifyActor, type Ports } from '@ticket/domain';
import { type AccountPorts, createAccountUseCases } from '@ticket/domain/accounts';

/** All use cases of a platform with accounts: those of the core and those of accounts. */
export const everyUseCase = (ports: Ports & AccountPorts) => ({
  ...createUseCases(ports),
  ...createAccountUseCases(ports),
  identifyActor: identifyActor(ports, { ...ports.policy.rights, ...ports.accountPolicy.rights }),
});

export type UseCases = ReturnType<typeof everyUseCase>;
