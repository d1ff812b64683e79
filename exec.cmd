@rem npm scripts say exec, so that a POSIX shell leaves no process between npm and Node; cmd has none.
@%*
