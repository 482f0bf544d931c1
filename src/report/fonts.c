// fonts.c: which fonts a PDF is set in, independent of the user's fontconfig settings.
#include <fontconfig/fontconfig.h>
#include <pthread.h>
#include <unistd.h>

#include "report/report_internal.h"

// Where Debian 12 and 13 install the Fandol fonts (texlive-lang-chinese).
#define FANDOL "/usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/"

// The files by name: FandolHei and FandolSong both claim the regular weight for regular and bold, so asking fontconfig for
// the family gives one of the two by chance. Under private family names the choice is ours.
static const struct { const char *file, *family; } faces[FACE_COUNT] = {
    [FACE_FANGSONG] = {FANDOL "FandolFang-Regular.otf", "Fadu FangSong"},
    [FACE_HEI] = {FANDOL "FandolHei-Regular.otf", "Fadu Hei"},
    [FACE_KAI] = {FANDOL "FandolKai-Regular.otf", "Fadu Kai"},
    [FACE_SONG] = {FANDOL "FandolSong-Regular.otf", "Fadu Song"},
    [FACE_TITLE] = {FANDOL "FandolSong-Bold.otf", "Fadu BiaoSong"},   // stands in for 小标宋, which no free font is
};

// Fandol has GB 2312 and little more; common given names (堃 喆 玥) are outside. Zen Hei has 20,940 of the
// unified ideographs. After these two Pango asks fontconfig for any font that has the character.
#define FALLBACK ",WenQuanYi Zen Hei,WenQuanYi Micro Hei"
const char *const face_family[FACE_COUNT] = {
    [FACE_FANGSONG] = "Fadu FangSong" FALLBACK, [FACE_HEI] = "Fadu Hei" FALLBACK, [FACE_KAI] = "Fadu Kai" FALLBACK,
    [FACE_SONG] = "Fadu Song" FALLBACK, [FACE_TITLE] = "Fadu BiaoSong" FALLBACK,
};

// The system's fonts and the system's cache of them; no rules, so that no alias of a user's changes a document.
static const char system_fonts[] =
    "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"urn:fontconfig:fonts.dtd\"><fontconfig>"
    "<dir>/usr/share/fonts</dir><dir>/usr/local/share/fonts</dir>"
    "<cachedir>/var/cache/fontconfig</cachedir><cachedir prefix=\"xdg\">fontconfig</cachedir></fontconfig>";

static bool add_face(FcConfig *config, report_face face)
{
    if (!FcConfigAppFontAddFile(config, (const FcChar8 *)faces[face].file)) return false;
    FcFontSet *set = FcConfigGetFonts(config, FcSetApplication);
    FcPattern *newest = set && set->nfont > 0 ? set->fonts[set->nfont - 1] : NULL;
    if (!newest) return false;
    FcPatternDel(newest, FC_FAMILY);
    FcPatternDel(newest, FC_FAMILYLANG);
    return FcPatternAddString(newest, FC_FAMILY, (const FcChar8 *)faces[face].family);
}

static FcConfig *load(void)
{
    FcConfig *config = FcConfigCreate();
    if (!config) return NULL;
    bool made = FcConfigParseAndLoadFromMemory(config, (const FcChar8 *)system_fonts, FcTrue) && FcConfigBuildFonts(config);
    for (int i = 0; made && i < FACE_COUNT; i++) made = add_face(config, (report_face)i);
    if (made) return config;
    FcConfigDestroy(config);
    return NULL;
}

static void explain_failure(diag_list *d)
{
    bilingual hint = {"安装软件包 texlive-lang-chinese（Debian）", "install the package texlive-lang-chinese (Debian)"};
    bool complete = true;
    for (int i = 0; i < FACE_COUNT; i++) {
        if (access(faces[i].file, R_OK) == 0) continue;
        complete = false;
        diag_add(d, DIAG_ERROR, "REPORT-FONT-MISSING", (source_pos){.file = str_from(faces[i].file)}, hint,
                 (bilingual){"缺少公文字体文件", "a font file for official documents is missing"});
    }
    if (complete)
        diag_add(d, DIAG_ERROR, "REPORT-FONT-MISSING", (source_pos){0}, hint,
                 (bilingual){"公文字体文件无法读取，请重新安装", "the font files for official documents cannot be read; install them again"});
}

// Loaded once and kept: Pango 1.50 never gives back its reference to a configuration, so one for each document
// would leak. A failure is not kept: the fonts may be installed while the server runs.
static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static FcConfig *loaded;

FcConfig *fonts_config(diag_list *d)
{
    pthread_mutex_lock(&loading);
    if (!loaded) loaded = load();
    FcConfig *config = loaded;
    pthread_mutex_unlock(&loading);
    if (!config) explain_failure(d);
    return config;
}
