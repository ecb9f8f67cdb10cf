// The module that Node loads: loading it registers the ops with TensorFlow. One unit, because TensorFlow's headers take most of the time.
#include <node_api.h>

#include "attention_ops.h"
#include "layer_ops.h"
#include "training_ops.h"

extern "C" napi_value napi_register_module_v1(napi_env, napi_value exports) { return exports; }
extern "C" int32_t node_api_module_get_api_version_v1() { return 8; }
