// A VFS that keeps a checksum in the reserved last bytes of every database page.
//
// Why: a flipped byte in an index or in the search words would change an answer without changing any record. With
// this, every page that is read is checked, and `fadu verify` checks them all. Only the database file is treated: the WAL
// has SQLite's own checksums, and its pages get ours when a checkpoint writes them into the database.
#include "store/sqlite/sqlite_internal.h"

#include <assert.h>
#include <string.h>

typedef struct {
    sqlite3_file base;
    sqlite3_file *real;      // right behind this struct
    bool is_database;
} checksum_file;

// Two running sums, as in Fletcher's checksum: any single changed word changes the first sum for certain, and
// swapped words change the second.
uint64_t page_checksum(const uint8_t *page)
{
    uint32_t first = 0, second = 0;
    for (int i = 0; i < PAGE_SIZE - PAGE_RESERVED; i += 8) {
        uint32_t word[2];
        memcpy(word, page + i, sizeof word);
        first += word[0] + second;
        second += word[1] + first;
    }
    return (uint64_t)first << 32 | second;
}

static sqlite3_file *real_of(sqlite3_file *f) { return ((checksum_file *)f)->real; }

static bool is_page(const sqlite3_file *f, int amount, sqlite3_int64 offset)
{
    return ((const checksum_file *)f)->is_database && amount == PAGE_SIZE && offset % PAGE_SIZE == 0;
}

static int file_close(sqlite3_file *f)
{
    int rc = real_of(f)->pMethods->xClose(real_of(f));
    f->pMethods = NULL;
    return rc;
}

static int file_read(sqlite3_file *f, void *out, int amount, sqlite3_int64 offset)
{
    int rc = real_of(f)->pMethods->xRead(real_of(f), out, amount, offset);
    if (rc != SQLITE_OK || !is_page(f, amount, offset)) return rc;
    uint64_t expected, found = page_checksum(out);
    memcpy(&expected, (uint8_t *)out + PAGE_SIZE - PAGE_RESERVED, sizeof expected);
    if (expected == found) return SQLITE_OK;
    sqlite3_log(SQLITE_IOERR_DATA, "page %lld: checksum differs", (long long)(offset / PAGE_SIZE + 1));
    return SQLITE_IOERR_DATA;
}

static int file_write(sqlite3_file *f, const void *data, int amount, sqlite3_int64 offset)
{
    if (!is_page(f, amount, offset)) return real_of(f)->pMethods->xWrite(real_of(f), data, amount, offset);
    uint8_t page[PAGE_SIZE];     // the caller's buffer is not ours to change
    memcpy(page, data, PAGE_SIZE);
    uint64_t sum = page_checksum(page);
    memcpy(page + PAGE_SIZE - PAGE_RESERVED, &sum, sizeof sum);
    return real_of(f)->pMethods->xWrite(real_of(f), page, amount, offset);
}

static int file_truncate(sqlite3_file *f, sqlite3_int64 size) { return real_of(f)->pMethods->xTruncate(real_of(f), size); }
static int file_sync(sqlite3_file *f, int flags) { return real_of(f)->pMethods->xSync(real_of(f), flags); }
static int file_size(sqlite3_file *f, sqlite3_int64 *size) { return real_of(f)->pMethods->xFileSize(real_of(f), size); }
static int file_lock(sqlite3_file *f, int level) { return real_of(f)->pMethods->xLock(real_of(f), level); }
static int file_unlock(sqlite3_file *f, int level) { return real_of(f)->pMethods->xUnlock(real_of(f), level); }
static int file_reserved(sqlite3_file *f, int *out) { return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out); }
static int file_control(sqlite3_file *f, int op, void *arg) { return real_of(f)->pMethods->xFileControl(real_of(f), op, arg); }
static int file_sector(sqlite3_file *f) { return real_of(f)->pMethods->xSectorSize(real_of(f)); }
static int file_device(sqlite3_file *f) { return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f)); }
static int file_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **out)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, out);
}
static int file_shm_lock(sqlite3_file *f, int offset, int n, int flags) { return real_of(f)->pMethods->xShmLock(real_of(f), offset, n, flags); }
static void file_shm_barrier(sqlite3_file *f) { real_of(f)->pMethods->xShmBarrier(real_of(f)); }
static int file_shm_unmap(sqlite3_file *f, int delete_it) { return real_of(f)->pMethods->xShmUnmap(real_of(f), delete_it); }

// Version 2: no memory mapping, which would go past file_read.
static const sqlite3_io_methods methods = {
    .iVersion = 2, .xClose = file_close, .xRead = file_read, .xWrite = file_write, .xTruncate = file_truncate, .xSync = file_sync,
    .xFileSize = file_size, .xLock = file_lock, .xUnlock = file_unlock, .xCheckReservedLock = file_reserved,
    .xFileControl = file_control, .xSectorSize = file_sector, .xDeviceCharacteristics = file_device, .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock, .xShmBarrier = file_shm_barrier, .xShmUnmap = file_shm_unmap};

static int vfs_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
    sqlite3_vfs *system = vfs->pAppData;
    checksum_file *f = (checksum_file *)file;
    f->base.pMethods = NULL;
    f->real = (sqlite3_file *)(f + 1);
    f->is_database = (flags & SQLITE_OPEN_MAIN_DB) != 0;
    int rc = system->xOpen(system, name, f->real, flags, out_flags);
    if (rc == SQLITE_OK) f->base.pMethods = &methods;
    return rc;
}

int checksum_vfs_register(void)
{
    // Before SQLite begins. Its count of memory in use is a lock that all connections take for every allocation.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static sqlite3_vfs vfs;      // SQLite keeps it; registering again is harmless
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    if (!system) return SQLITE_ERROR;
    if (sqlite3_vfs_find("fadu")) return SQLITE_OK;
    vfs = *system;
    vfs.zName = "fadu";
    vfs.pNext = NULL;
    vfs.pAppData = system;
    vfs.szOsFile = (int)sizeof(checksum_file) + system->szOsFile;
    vfs.xOpen = vfs_open;
    return sqlite3_vfs_register(&vfs, 0);
}
