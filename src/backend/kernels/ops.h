// What the ops share: the kernels of this CPU, TensorFlow's own worker threads, memory for scratch.
#pragma once

#include <cstdlib>
#include <functional>
#include <string>

#include "kernels.h"
#include "tensorflow/core/common_runtime/dma_helper.h"
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

/** The widest set of this CPU, up to the one that TOKENWISE_ISA names (instruction-set.ts refuses other names). */
inline const Kernels& best() {
#if defined(__x86_64__)
  static const Kernels& found = []() -> const Kernels& {
    const char* limit = std::getenv("TOKENWISE_ISA");
    const std::string most = limit ? limit : "";
    const bool allows512 = most.empty() || most.rfind("avx512", 0) == 0;
    if (allows512 && most != "avx512" && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw"))
      return avx512bf16::kernels;
    if (allows512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
      return avx512::kernels;
    if (most != "portable" && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return avx2::kernels;
    return portable::kernels;
  }();
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

/**
 * How many hold the memory of a tensor, TensorFlow's runtime among them; 0 where it is part of another's or not
 * TensorFlow's.
 */
inline long holders(const Tensor& x) {
  tensorflow::TensorBuffer* buffer = tensorflow::DMAHelper::buffer(const_cast<Tensor*>(&x));
  return buffer && buffer->root_buffer() == buffer && buffer->OwnsMemory() ? buffer->RefCount() : 0;
}

/**
 * An output in the place of this input if as many hold its memory as where nothing shares it, `alone`; else a new one,
 * and always with 0.
 */
inline float* outputInPlace(OpKernelContext* context, int index, int input, long alone) {
  const Tensor& from = context->input(input);
  if (alone == 0 || holders(from) != alone) return output(context, index, from.shape());
  context->set_output(index, from);
  return const_cast<float*>(from.flat<float>().data());
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

constexpr long rowsOfPart = 32;
/**
 * Sums over rows, `numbers` of them. sum(from, to, sums) adds a part's; parts are fixed and added in order: the same
 * however threads share.
 */
inline std::vector<float> sumOfParts(OpKernelContext* c, long rows, long numbers, long cycles,
                                     const std::function<void(long, long, float*)>& sum) {
  const long parts = (rows + rowsOfPart - 1) / rowsOfPart;
  std::vector<float> sums(std::max(parts, 1L) * numbers);
  share(c, parts, rowsOfPart * cycles, [&](long start, long end) {
    for (long p = start; p < end; p++)
      sum(p * rowsOfPart, std::min((p + 1) * rowsOfPart, rows), sums.data() + p * numbers);
  });
  for (long p = 1; p < parts; p++)
    for (long i = 0; i < numbers; i++) sums[i] += sums[p * numbers + i];
  return sums;
}

#define TOKENWISE_REGISTER(name, kernel) REGISTER_KERNEL_BUILDER(Name(name).Device(tensorflow::DEVICE_CPU), kernel)

}  // namespace tokenwise
