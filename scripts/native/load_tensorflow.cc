// Loads libtensorflow before tfjs's addon does: quietly, and so that no signal reaches a thread that computes.
// TENSORFLOW_LIBRARY is the path of the library, from the set-up.
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <signal.h>
#include <unistd.h>

#include <initializer_list>

// Some of oneDNN's products put the stack pointer into the heap; the frame of a signal then overwrites what is there
// (github.com/uxlfoundation/oneDNN/issues/4845). So this thread, and those that TensorFlow makes from it, leave signals
// to the threads that Node made before, which handle all but SIGUSR1. Programs that Node starts handle all of them
// again.
static void leaveSignalsToOthers() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR2, SIGALRM, SIGCHLD, SIGCONT, SIGWINCH})
    sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

// TensorFlow prints two lines to stderr from its static initialisers, before any setting can reach it.
static void loadQuietly() {
  const int saved = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  dlopen(TENSORFLOW_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (saved >= 0) dup2(saved, STDERR_FILENO);
  if (nowhere >= 0) close(nowhere);
  if (saved >= 0) close(saved);
}

extern "C" napi_value napi_register_module_v1(napi_env, napi_value exports) {
  leaveSignalsToOthers();
  loadQuietly();
  return exports;
}

extern "C" int32_t node_api_module_get_api_version_v1() { return 8; }
