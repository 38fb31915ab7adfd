import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { FromDriver, Job, StreamResult } from './load/job.ts';

/** The load generator in a process of its own, which is started once. */
export class Driver {
  readonly #child: ChildProcess;
  readonly pid: number;
  private constructor(child: ChildProcess) {
    this.#child = child;
    this.pid = child.pid ?? 0;
  }

  static async start(): Promise<Driver> {
    const child = fork(fileURLToPath(new URL('load/driver.ts', import.meta.url)), { execArgv: ['--import', import.meta.resolve('tsx')] });
    await once(child, 'message');
    return new Driver(child);
  }

  /** Runs a job. `onOpen` and `onClose` are called when the measured time begins and ends. */
  run(job: Job, { onOpen, onClose }: { readonly onOpen: () => void; readonly onClose: () => void }): Promise<Readonly<Record<string, StreamResult>>> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        this.#child.off('message', hear).off('exit', ended);
        settle();
      };
      const hear = (message: FromDriver) => {
        if (message.event === 'opened') onOpen();
        else if (message.event === 'closed') onClose();
        else if (message.event === 'done') finish(() => resolve(message.results));
      };
      const ended = () => finish(() => reject(new Error('the load process ended')));
      this.#child.on('message', hear).on('exit', ended);
      this.#child.send(job);
    });
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}
