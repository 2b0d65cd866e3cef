/** Something a person can put right: the message says what is wrong and what to do, and is shown without a stack. */
export class Problem extends Error {
  isProblem = true;

  /** @param {string} message @param {number} exitCode 2 for a mistake on the command line */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const causes = [
  {
    signs: /ENOSPC|No space left on device|EDQUOT|Disk quota exceeded/i,
    say: 'the disk is full: free some space (about 3 GB are needed, 8 GB with a GPU), then run the command again.',
  },
  {
    signs: /DO NOT MATCH THE HASHES|EINTEGRITY/,
    say: 'a downloaded file is not the one that was pinned: run the command again, and if it repeats, look for a proxy or mirror that alters packages.',
  },
  {
    signs:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|NewConnectionError|Connection ?Error|NameResolutionError|ConnectTimeout|ReadTimeout|Temporary failure in name resolution|Max retries exceeded|ProxyError/i,
    say: 'the package registry cannot be reached: check the network connection (or the proxy settings), then run the command again.',
  },
  {
    signs: /EACCES|EPERM|EROFS|Permission denied|Read-only file system/i,
    say: 'a file or folder may not be written: check who owns this folder and the package caches, then run the command again.',
  },
  {
    signs: /CERTIFICATE_VERIFY_FAILED|self.signed certificate|UNABLE_TO_(GET|VERIFY)/i,
    say: 'the certificate of the package registry is not trusted: set NODE_EXTRA_CA_CERTS and PIP_CERT to the certificate of your network.',
  },
];

/** One sentence for what a failed command printed, or undefined when the cause is not one of the known ones. */
export function causeOf(output) {
  return causes.find(({ signs }) => signs.test(output))?.say;
}
