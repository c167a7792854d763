/*
 * A disk that keeps a diary: preloaded into a process, it writes down, in one order, what the process does to the files
 * below a folder, and when it asks for them to be on the disk.
 *
 * POWER_ROOT is the folder, POWER_LOG the diary, POWER_SYNC how many microseconds a sync takes. A sync does nothing else:
 * what would be on the disk is found out from the diary (tests/power/platter.py). A change and its entry are made under
 * one lock, and a sync has an entry at its begin and one at its end, so the order of the entries is that of the changes.
 * Writes to POWER_ROOT/notes are entries too: what the workload knows at that point. After the note "die at X" the process
 * is killed when it next begins to sync a file whose name ends with X.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))find_real(#name))

enum kind {
    CREATED = 'C',  /* file, path */
    WRITTEN = 'W',  /* file, offset, bytes */
    CUT = 'T',      /* file, size */
    LINKED = 'L',   /* path, new path */
    RENAMED = 'R',  /* path, new path */
    UNLINKED = 'U', /* path */
    FOLDER = 'D',   /* path */
    SYNCING = 'S',  /* file, number; path where it is a folder */
    SYNCED = 's',   /* file, number of the sync */
    NOTED = 'N',    /* bytes */
    UNKNOWN = '?'   /* the name of a call that this file does not follow */
};

struct head {
    uint32_t kind, length;
    uint64_t file;
    int64_t offset;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int diary = -1;
static char root[PATH_MAX];
static size_t root_length;
static unsigned sync_takes;
static int64_t syncs;
static char deadly[64];

static void *find_real(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL)
        abort();
    return found;
}

__attribute__((constructor)) static void open_diary(void)
{
    const char *folder = getenv("POWER_ROOT"), *path = getenv("POWER_LOG"), *takes = getenv("POWER_SYNC");
    if (folder == NULL || path == NULL || realpath(folder, root) == NULL)
        return;
    root_length = strlen(root);
    sync_takes = takes == NULL ? 0 : (unsigned)atoi(takes);
    diary = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void enter(enum kind kind, uint64_t file, int64_t offset, const void *bytes, size_t length)
{
    struct head head = {kind, (uint32_t)length, file, offset};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)bytes, length}};
    if (syscall(SYS_writev, diary, parts, 2) != (ssize_t)(sizeof head + length))
        abort();
}

static int is_below_root(const char *path)
{
    size_t length = strlen(path);
    if (strncmp(path, root, root_length) != 0 || (path[root_length] != '/' && path[root_length] != '\0'))
        return 0;
    /* Memory that processes share: SQLite makes it anew after a crash. */
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

/* The path of an open file, when it is one that is followed. */
static int find_path(int fd, char path[PATH_MAX])
{
    char link[32];
    if (diary < 0 || fd < 0)
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0)
        return 0;
    path[length] = '\0';
    return is_below_root(path);
}

/* A path as it is given, made absolute: the folders in it must be what they seem. */
static int complete(int folder, const char *given, char path[PATH_MAX])
{
    char base[PATH_MAX];
    if (diary < 0)
        return 0;
    if (given[0] == '/')
        return snprintf(path, PATH_MAX, "%s", given) < PATH_MAX && is_below_root(path);
    if (folder == AT_FDCWD ? getcwd(base, sizeof base) == NULL : !find_path(folder, base))
        return 0;
    return snprintf(path, PATH_MAX, "%s/%s", base, given) < PATH_MAX && is_below_root(path);
}

static uint64_t number_of(int fd)
{
    struct stat found;
    return fstat(fd, &found) == 0 ? found.st_ino : 0;
}

static int is_notes(const char *path)
{
    return strcmp(path + root_length, "/notes") == 0;
}

static void enter_unknown(const char *name)
{
    enter(UNKNOWN, 0, 0, name, strlen(name));
}

static void enter_written(int fd, const char *path, int64_t offset, const void *bytes, size_t length)
{
    if (!is_notes(path)) {
        enter(WRITTEN, number_of(fd), offset, bytes, length);
        return;
    }
    if (length > 7 && length < sizeof deadly && memcmp(bytes, "die at ", 7) == 0)
        memcpy(deadly, (const char *)bytes + 7, length - 7);
    else
        enter(NOTED, 0, 0, bytes, length);
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

ssize_t write(int fd, const void *bytes, size_t count)
{
    char path[PATH_MAX];
    if (!find_path(fd, path))
        return REAL(write)(fd, bytes, count);
    pthread_mutex_lock(&lock);
    ssize_t done = REAL(write)(fd, bytes, count);
    if (done > 0)
        enter_written(fd, path, lseek(fd, 0, SEEK_CUR) - done, bytes, (size_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset)
{
    char path[PATH_MAX];
    if (!find_path(fd, path))
        return REAL(pwrite64)(fd, bytes, count, offset);
    pthread_mutex_lock(&lock);
    ssize_t done = REAL(pwrite64)(fd, bytes, count, offset);
    if (done > 0)
        enter_written(fd, path, offset, bytes, (size_t)done);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
    return pwrite64(fd, bytes, count, offset);
}

/* shutil copies by it. What is read again from the source is what was copied. */
ssize_t sendfile64(int out, int in, off_t *offset, size_t count)
{
    char path[PATH_MAX];
    if (!find_path(out, path))
        return REAL(sendfile64)(out, in, offset, count);
    pthread_mutex_lock(&lock);
    off_t from = offset == NULL ? lseek(in, 0, SEEK_CUR) : *offset;
    ssize_t done = REAL(sendfile64)(out, in, offset, count);
    off_t to = lseek(out, 0, SEEK_CUR) - done;
    char bytes[65536];
    for (ssize_t copied = 0, part; done > 0 && copied < done; copied += part) {
        size_t left = (size_t)(done - copied);
        part = pread(in, bytes, left < sizeof bytes ? left : sizeof bytes, from + copied);
        if (part <= 0)
            abort();
        enter_written(out, path, to + copied, bytes, (size_t)part);
    }
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate64(int fd, off_t size)
{
    char path[PATH_MAX];
    if (!find_path(fd, path))
        return REAL(ftruncate64)(fd, size);
    pthread_mutex_lock(&lock);
    int failed = REAL(ftruncate64)(fd, size);
    if (!failed)
        enter(CUT, number_of(fd), size, NULL, 0);
    pthread_mutex_unlock(&lock);
    return failed;
}

int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

static void die_there(const char *path)
{
    size_t length = strlen(path), wanted = strlen(deadly);
    if (wanted > 0 && length >= wanted && strcmp(path + length - wanted, deadly) == 0)
        kill(getpid(), SIGKILL); /* under the lock, so that nothing is half done that is in the diary */
}

/* --- syncing ----------------------------------------------------------------------------------------------------- */

int fsync(int fd)
{
    char path[PATH_MAX];
    struct stat found;
    if (!find_path(fd, path) || fstat(fd, &found) != 0)
        return REAL(fsync)(fd);
    pthread_mutex_lock(&lock);
    int64_t number = ++syncs;
    enter(SYNCING, found.st_ino, number, path, S_ISDIR(found.st_mode) ? strlen(path) : 0);
    die_there(path);
    pthread_mutex_unlock(&lock);
    usleep(sync_takes);
    pthread_mutex_lock(&lock);
    enter(SYNCED, found.st_ino, number, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fdatasync(int fd)
{
    return fsync(fd);
}

/* --- names ------------------------------------------------------------------------------------------------------- */

static int open_at(int folder, const char *given, int flags, mode_t mode)
{
    char path[PATH_MAX];
    if ((flags & (O_CREAT | O_TRUNC)) == 0 || (flags & O_TMPFILE) == O_TMPFILE || !complete(folder, given, path))
        return REAL(openat64)(folder, given, flags, mode);
    pthread_mutex_lock(&lock);
    int is_new = faccessat(folder, given, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
    int fd = REAL(openat64)(folder, given, flags, mode);
    if (fd >= 0 && is_new && !is_notes(path))
        enter(CREATED, number_of(fd), 0, path, strlen(path));
    if (fd >= 0 && !is_new && flags & O_TRUNC)
        enter(CUT, number_of(fd), 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return fd;
}

static mode_t read_mode(int flags, va_list rest)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define OPEN(name)                                                                                                     \
    int name(const char *path, int flags, ...)                                                                         \
    {                                                                                                                  \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = read_mode(flags, rest);                                                                          \
        va_end(rest);                                                                                                  \
        return open_at(AT_FDCWD, path, flags, mode);                                                                   \
    }
#define OPENAT(name)                                                                                                   \
    int name(int folder, const char *path, int flags, ...)                                                             \
    {                                                                                                                  \
        va_list rest;                                                                                                  \
        va_start(rest, flags);                                                                                         \
        mode_t mode = read_mode(flags, rest);                                                                          \
        va_end(rest);                                                                                                  \
        return open_at(folder, path, flags, mode);                                                                     \
    }
OPEN(open64)
OPEN(open)
OPENAT(openat64)
OPENAT(openat)

/* One or two names, as they stand in an entry. */
static void enter_names(enum kind kind, const char *path, const char *other)
{
    char names[2 * PATH_MAX];
    int length = other == NULL ? snprintf(names, sizeof names, "%s", path)
                               : snprintf(names, sizeof names, "%s%c%s", path, '\n', other);
    enter(kind, 0, 0, names, (size_t)length);
}

#define ONE_NAME(name, kind, folder, given, call, ...)                                                                 \
    int name(__VA_ARGS__)                                                                                              \
    {                                                                                                                  \
        char path[PATH_MAX];                                                                                           \
        if (!complete(folder, given, path))                                                                            \
            return REAL(name) call;                                                                                    \
        pthread_mutex_lock(&lock);                                                                                     \
        int failed = REAL(name) call;                                                                                  \
        if (!failed)                                                                                                   \
            enter_names(kind, path, NULL);                                                                             \
        pthread_mutex_unlock(&lock);                                                                                   \
        return failed;                                                                                                 \
    }
ONE_NAME(unlink, UNLINKED, AT_FDCWD, given, (given), const char *given)
ONE_NAME(unlinkat, UNLINKED, folder, given, (folder, given, flags), int folder, const char *given, int flags)
ONE_NAME(mkdir, FOLDER, AT_FDCWD, given, (given, mode), const char *given, mode_t mode)
ONE_NAME(mkdirat, FOLDER, folder, given, (folder, given, mode), int folder, const char *given, mode_t mode)

#define TWO_NAMES(name, kind, folder, given, other_folder, other, call, ...)                                           \
    int name(__VA_ARGS__)                                                                                              \
    {                                                                                                                  \
        char path[PATH_MAX], other_path[PATH_MAX];                                                                     \
        int is_from = complete(folder, given, path), is_to = complete(other_folder, other, other_path);                \
        if (!is_from && !is_to)                                                                                        \
            return REAL(name) call;                                                                                    \
        pthread_mutex_lock(&lock);                                                                                     \
        int failed = REAL(name) call;                                                                                  \
        if (!failed && is_from && is_to)                                                                               \
            enter_names(kind, path, other_path);                                                                       \
        else if (!failed)                                                                                              \
            enter_unknown(#name " over the edge");                                                                     \
        pthread_mutex_unlock(&lock);                                                                                   \
        return failed;                                                                                                 \
    }
TWO_NAMES(rename, RENAMED, AT_FDCWD, given, AT_FDCWD, other, (given, other), const char *given, const char *other)
TWO_NAMES(renameat, RENAMED, from, given, to, other, (from, given, to, other), int from, const char *given, int to,
          const char *other)
TWO_NAMES(link, LINKED, AT_FDCWD, given, AT_FDCWD, other, (given, other), const char *given, const char *other)
TWO_NAMES(linkat, LINKED, from, given, to, other, (from, given, to, other, flags), int from, const char *given, int to,
          const char *other, int flags)

/* --- what nothing here does, and is not followed: an entry says so, and the test fails ---------------------------- */

#define STRANGE(type, name, fd, call, ...)                                                                             \
    type name(__VA_ARGS__)                                                                                             \
    {                                                                                                                  \
        char path[PATH_MAX];                                                                                           \
        if (find_path(fd, path))                                                                                       \
            enter_unknown(#name);                                                                                      \
        return REAL(name) call;                                                                                        \
    }
STRANGE(ssize_t, writev, fd, (fd, parts, count), int fd, const struct iovec *parts, int count)
STRANGE(ssize_t, pwritev64v2, fd, (fd, parts, count, offset, flags), int fd, const struct iovec *parts, int count,
        off_t offset, int flags)
STRANGE(ssize_t, copy_file_range, out, (in, from, out, to, count, flags), int in, off64_t *from, int out, off64_t *to,
        size_t count, unsigned flags)
STRANGE(int, fallocate64, fd, (fd, mode, offset, length), int fd, int mode, off_t offset, off_t length)
STRANGE(int, posix_fallocate64, fd, (fd, offset, length), int fd, off_t offset, off_t length)
STRANGE(int, sync_file_range, fd, (fd, offset, length, flags), int fd, off64_t offset, off64_t length, unsigned flags)
STRANGE(int, syncfs, fd, (fd), int fd)

int truncate64(const char *path, off_t size)
{
    char whole[PATH_MAX];
    if (complete(AT_FDCWD, path, whole))
        enter_unknown("truncate64");
    return REAL(truncate64)(path, size);
}

void sync(void)
{
    if (diary >= 0)
        enter_unknown("sync");
}

/* A file that is mapped for writing could change without a call. */
void *mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
    char path[PATH_MAX];
    if (fd >= 0 && (flags & MAP_SHARED) && find_path(fd, path))
        enter_unknown("mmap64");
    return (void *)syscall(SYS_mmap, address, length, protection, flags, fd, offset);
}
