// What the ops share: the kernels of this CPU, TensorFlow's own worker threads, memory for scratch.
#pragma once

#include <functional>

#include "kernels.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/util/work_sharder.h"

namespace tokenwise {

using tensorflow::OpKernel;
using tensorflow::OpKernelConstruction;
using tensorflow::OpKernelContext;
using tensorflow::Tensor;
using tensorflow::TensorShape;

inline const Kernels& best() {
#if defined(__x86_64__)
  static const Kernels& found = __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw")
                                    ? avx512bf16::kernels
                                : __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                                        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
                                    ? avx512::kernels
                                : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? avx2::kernels
                                                                                                  : portable::kernels;
  return found;
#else
  return portable::kernels;
#endif
}

/** Calls work(from, to) over [0, total) on TensorFlow's threads; cycles is what one unit costs. */
inline void share(OpKernelContext* context, long total, long cycles, const std::function<void(long, long)>& work) {
  const auto& threads = *context->device()->tensorflow_cpu_worker_threads();
  tensorflow::Shard(threads.num_threads, threads.workers, total, cycles,
                    [&work](tensorflow::int64 from, tensorflow::int64 to) { work(from, to); });
}

/** This thread's memory for scratch; it is kept, because getting it anew costs a page fault for every 4 kB. */
inline float* scratch(long numbers) {
  static thread_local std::vector<float> memory;
  if (static_cast<long>(memory.size()) < numbers) memory.resize(numbers);
  return memory.data();
}

inline const float* floats(OpKernelContext* context, int input) { return context->input(input).flat<float>().data(); }
inline const int* integers(OpKernelContext* context, int input) { return context->input(input).flat<int>().data(); }

/** A new float32 output; null, with the error set, where there is no memory. */
inline float* output(OpKernelContext* context, int index, const TensorShape& shape) {
  Tensor* made = nullptr;
  const auto status = context->allocate_output(index, shape, &made);
  if (!status.ok()) context->SetStatus(status);
  return status.ok() ? made->flat<float>().data() : nullptr;
}

template <typename T>
inline T attribute(OpKernelConstruction* context, const char* name) {
  T value{};
  const auto status = context->GetAttr(name, &value);
  if (!status.ok()) context->CtxFailure(status);
  return value;
}

inline bool holds(OpKernelContext* context, bool condition, const char* what) {
  if (!condition) context->SetStatus(tensorflow::errors::InvalidArgument(what));
  return condition;
}

#define TOKENWISE_REGISTER(name, kernel) REGISTER_KERNEL_BUILDER(Name(name).Device(tensorflow::DEVICE_CPU), kernel)

}  // namespace tokenwise
