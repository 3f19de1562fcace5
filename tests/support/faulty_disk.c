/* A disk that fails now and then: loaded with LD_PRELOAD below a server, it spoils writes to files under one folder.
 *
 * FAULTY_DISK_FOLDER  the folder
 * FAULTY_DISK_CONTROL a file of struct control, mapped by the test, which turns faults on and off and reads how many there were
 *
 * Faults: a write fails with EIO or ENOSPC, is short, or is torn - some sectors are written and the process is killed at once;
 * a sync fails with EIO, or takes long; a rename fails with EROFS.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FAILED_WRITE, FULL, SHORT, TORN, FAILED_SYNC, SLOW_SYNC, FAILED_RENAME, KINDS };
enum { SECTOR = 512 };

struct control {
    uint32_t per_mille;       /* how many of 1000 calls fail */
    uint32_t random;          /* state of the generator */
    uint32_t calls;           /* calls seen while faults are on */
    uint32_t faults[KINDS];   /* faults by kind */
};

static struct control *control;
static const char *folder;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTY_DISK_CONTROL");
    folder = getenv("FAULTY_DISK_FOLDER");
    if (path == NULL || folder == NULL) return;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return;
    void *page = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (page != MAP_FAILED) control = page;
}

static uint32_t draw(uint32_t bound) {
    /* xorshift; several processes may race for it, which only makes it more random */
    uint32_t x = control->random;
    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    control->random = x;
    return x % bound;
}

static int concerns(int fd) {
    struct stat status;
    char link[64], path[4096];
    if (control == NULL || control->per_mille == 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = '\0';
    return strncmp(path, folder, strlen(folder)) == 0;
}

static int strikes(void) {
    __sync_fetch_and_add(&control->calls, 1);
    return draw(1000) < control->per_mille;
}

static void count(int kind) { __sync_fetch_and_add(&control->faults[kind], 1); }

typedef ssize_t (*write_call)(int, const void *, size_t);
typedef ssize_t (*pwrite_call)(int, const void *, size_t, off64_t);

static ssize_t spoil(int fd, const void *data, size_t size, off64_t at, int positioned) {
    static write_call plain;
    static pwrite_call placed;
    if (plain == NULL) plain = (write_call)dlsym(RTLD_NEXT, "write");
    if (placed == NULL) placed = (pwrite_call)dlsym(RTLD_NEXT, "pwrite64");
    size_t part = size;
    int torn = 0;
    if (concerns(fd) && strikes()) {
        switch (draw(4)) {
        case 0: count(FAILED_WRITE); errno = EIO; return -1;
        case 1: count(FULL); errno = ENOSPC; return -1;
        case 2: count(SHORT); part = size > 1 ? 1 + draw((uint32_t)size - 1) : size; break;
        default: count(TORN); torn = 1; part = size / SECTOR ? draw((uint32_t)(size / SECTOR) + 1) * SECTOR : size / 2; break;
        }
    }
    ssize_t done = part == 0 ? 0 : positioned ? placed(fd, data, part, at) : plain(fd, data, part);
    if (torn) kill(getpid(), SIGKILL);
    return done;
}

ssize_t write(int fd, const void *data, size_t size) { return spoil(fd, data, size, 0, 0); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return spoil(fd, data, size, at, 1); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { return spoil(fd, data, size, at, 1); }

static int spoil_sync(int fd, const char *name) {
    int (*call)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    if (concerns(fd) && strikes()) {
        if (draw(2)) {
            count(FAILED_SYNC);
            errno = EIO;
            return -1;
        }
        count(SLOW_SYNC);
        usleep(1000u * (50 + draw(2500)));
    }
    return call(fd);
}

int fsync(int fd) { return spoil_sync(fd, "fsync"); }
int fdatasync(int fd) { return spoil_sync(fd, "fdatasync"); }

int rename(const char *source, const char *target) {
    int (*call)(const char *, const char *) = (int (*)(const char *, const char *))dlsym(RTLD_NEXT, "rename");
    if (control != NULL && control->per_mille != 0 && strncmp(target, folder, strlen(folder)) == 0 && strikes()) {
        count(FAILED_RENAME);
        errno = EROFS;
        return -1;
    }
    return call(source, target);
}
