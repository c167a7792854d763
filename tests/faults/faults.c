/*
 * A disk that fails when told to: preloaded into a process, it makes chosen writes and syncs of chosen files fail.
 *
 * FAULTS names a control file that the test maps too (tests/faults/disk.py has the same layout). Both sides change it
 * while the process runs. SQLite that is linked into the driver is reached as well: its libc calls are the ones below.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

struct channel {
    int skip; /* calls that still pass before any fails */
    int fail; /* calls that still fail; -1: all, until told otherwise */
    int seen;
    int failed;
};

struct control {
    struct channel sync, write;
    int error;       /* errno of what fails; 0: it is only slow */
    int torn;        /* a failing write first writes half of its bytes */
    int delay;       /* milliseconds that what fails takes first, unless it is mended meanwhile */
    char suffix[64]; /* of the paths concerned */
};

static struct control *control;
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off_t);

__attribute__((constructor)) static void open_control(void)
{
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite64 = dlsym(RTLD_NEXT, "pwrite64");
    const char *path = getenv("FAULTS");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    void *map = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map != MAP_FAILED)
        control = map;
    close(fd);
}

static int is_concerned(int fd)
{
    char link[32], path[4096];
    if (control == NULL || control->suffix[0] == '\0')
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    size_t wanted = strlen(control->suffix);
    return length >= (ssize_t)wanted && memcmp(path + length - wanted, control->suffix, wanted) == 0;
}

static int must_fail(int fd, struct channel *channel)
{
    if (!is_concerned(fd))
        return 0;
    __atomic_add_fetch(&channel->seen, 1, __ATOMIC_SEQ_CST);
    if (channel->fail == 0)
        return 0;
    if (channel->skip > 0) {
        channel->skip--;
        return 0;
    }
    if (channel->fail > 0)
        channel->fail--;
    __atomic_add_fetch(&channel->failed, 1, __ATOMIC_SEQ_CST);
    for (int left = control->delay; left > 0 && __atomic_load_n(&channel->fail, __ATOMIC_SEQ_CST) != 0; left -= 10)
        usleep(10 * 1000);
    return control->error != 0;
}

int fsync(int fd)
{
    if (control != NULL && must_fail(fd, &control->sync)) {
        errno = control->error;
        return -1;
    }
    return real_fsync(fd);
}

int fdatasync(int fd)
{
    if (control != NULL && must_fail(fd, &control->sync)) {
        errno = control->error;
        return -1;
    }
    return real_fdatasync(fd);
}

ssize_t write(int fd, const void *bytes, size_t count)
{
    if (control != NULL && must_fail(fd, &control->write)) {
        if (control->torn && real_write(fd, bytes, count / 2) < 0)
            return -1;
        errno = control->error;
        return -1;
    }
    return real_write(fd, bytes, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off_t offset)
{
    if (control != NULL && must_fail(fd, &control->write)) {
        if (control->torn && real_pwrite64(fd, bytes, count / 2, offset) < 0)
            return -1;
        errno = control->error;
        return -1;
    }
    return real_pwrite64(fd, bytes, count, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset)
{
    return pwrite64(fd, bytes, count, offset);
}
