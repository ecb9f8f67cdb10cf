// libtensorflow prints two lines to stderr from its static initialisers, before any setting can reach it. Loading it here first,
// with stderr pointed at /dev/null for that moment, keeps notebooks and terminals clean; the real addon then finds it loaded.
// TENSORFLOW_LIBRARY is the library's path, given by the set-up.
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

extern "C" napi_value napi_register_module_v1(napi_env, napi_value exports) {
  const int saved = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  dlopen(TENSORFLOW_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  if (saved >= 0) dup2(saved, STDERR_FILENO);
  if (nowhere >= 0) close(nowhere);
  if (saved >= 0) close(saved);
  return exports;
}

extern "C" int32_t node_api_module_get_api_version_v1() { return 8; }
