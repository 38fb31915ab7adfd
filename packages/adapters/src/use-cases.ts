import { createUseCases, identifyActor, type Ports } from '@ticket/domain';
import { type AccountPorts, createAccountUseCases } from '@ticket/domain/accounts';

/** The core's use cases and those of accounts: all that a platform with accounts of its own can do. */
export const everyUseCase = (ports: Ports & AccountPorts) => ({
  ...createUseCases(ports),
  ...createAccountUseCases(ports),
  identifyActor: identifyActor(ports, { ...ports.policy.rights, ...ports.accountPolicy.rights }),
});

export type UseCases = ReturnType<typeof everyUseCase>;
