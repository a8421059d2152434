package import Glibc

/// A value that any thread may read or change, one at a time.
///
/// The lock is a pthread mutex: as fast as `Synchronization.Mutex` (faster while nobody else wants it) and, unlike that one's
/// futex, known to ThreadSanitizer, whose reports then are about real races only. Hold it for moments: it blocks the thread.
package final class Locked<Value: ~Copyable>: @unchecked Sendable {  // because all is done under the mutex
    @usableFromInline let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    @usableFromInline let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    package init(_ initial: consuming sending Value) {
        pthread_mutex_init(mutex, nil)
        value.initialize(to: initial)
    }

    deinit {
        value.deinitialize(count: 1)
        value.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Reads or changes the value. Not to be nested: the thread would wait for itself.
    @inlinable
    package func withLock<Result: ~Copyable, Failure>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value.pointee)
    }
}
