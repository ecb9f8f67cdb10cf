// The module that Node loads: loading it registers the ops with TensorFlow. One unit, because TensorFlow's headers take
// most of the time.
#include <node_api.h>

#include "attention_ops.h"
#include "layer_ops.h"
#include "mlp_ops.h"
#include "training_ops.h"

// Raised when an op is added or changed, so that call.ts does not use what an older set-up compiled.
constexpr int version = 2;

extern "C" napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  napi_value number, name;
  if (napi_create_int32(env, version, &number) == napi_ok) napi_set_named_property(env, exports, "version", number);
  if (napi_create_string_utf8(env, tokenwise::best().name, NAPI_AUTO_LENGTH, &name) == napi_ok)
    napi_set_named_property(env, exports, "instructionSet", name);
  return exports;
}
extern "C" int32_t node_api_module_get_api_version_v1() { return 8; }
