/* SPDX-License-Identifier: Apache-2.0
 * The table of locales. A language is one row. */
#include "runtime/vm/locale.h"

#define NARROW_NO_BREAK_SPACE "\u202f"

#define ENGLISH_WORDS                                                                                                  \
	.months = {"January", "February", "March",     "April",   "May",      "June",                                  \
	           "July",    "August",   "September", "October", "November", "December"},                             \
	.short_months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},          \
	.days = {"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"},                        \
	.short_days = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, .no = "no", .yes = "yes",                     \
	.units = {{"second", "seconds"},                                                                               \
	          {"minute", "minutes"},                                                                               \
	          {"hour", "hours"},                                                                                   \
	          {"day", "days"},                                                                                     \
	          {"business day", "business days"},                                                                   \
	          {"month", "months"}}

static const struct locale locales[] = {
        {
                .language = "",
                ENGLISH_WORDS,
                .decimal = ".",
                .group = "",
                .date = "%Y-%m-%d",
                .moment = "%Y-%m-%d %H:%M",
        },
        {
                .language = "en",
                ENGLISH_WORDS,
                .decimal = ".",
                .group = ",",
                .date = "%B %-d, %Y",
                .moment = "%B %-d, %Y, %-I:%M %p",
        },
        {
                .language = "fr",
                .months = {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
                           "octobre", "novembre", "décembre"},
                .short_months = {"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.",
                                 "nov.", "déc."},
                .days = {"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"},
                .short_days = {"lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."},
                .no = "non",
                .yes = "oui",
                .decimal = ",",
                .group = NARROW_NO_BREAK_SPACE,
                .date = "%-d %B %Y",
                .moment = "%-d %B %Y à %H:%M",
                .units = {{"seconde", "secondes"},
                          {"minute", "minutes"},
                          {"heure", "heures"},
                          {"jour", "jours"},
                          {"jour ouvré", "jours ouvrés"},
                          {"mois", "mois"}},
        },
        {
                .language = "es",
                .months = {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
                           "octubre", "noviembre", "diciembre"},
                .short_months = {"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
                .days = {"lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"},
                .short_days = {"lun", "mar", "mié", "jue", "vie", "sáb", "dom"},
                .no = "no",
                .yes = "sí",
                .decimal = ",",
                .group = ".",
                .date = "%-d de %B de %Y",
                .moment = "%-d de %B de %Y, %H:%M",
                .units = {{"segundo", "segundos"},
                          {"minuto", "minutos"},
                          {"hora", "horas"},
                          {"día", "días"},
                          {"día hábil", "días hábiles"},
                          {"mes", "meses"}},
        },
        {
                .language = "de",
                .months = {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
                           "Oktober", "November", "Dezember"},
                .short_months = {"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.",
                                 "Dez."},
                .days = {"Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"},
                .short_days = {"Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"},
                .no = "nein",
                .yes = "ja",
                .decimal = ",",
                .group = ".",
                .date = "%-d. %B %Y",
                .moment = "%-d. %B %Y, %H:%M",
                .units = {{"Sekunde", "Sekunden"},
                          {"Minute", "Minuten"},
                          {"Stunde", "Stunden"},
                          {"Tag", "Tage"},
                          {"Werktag", "Werktage"},
                          {"Monat", "Monate"}},
        },
};

const struct locale *locale_find(struct slice name)
{
	struct slice language = {name.p, name.n < 2 ? name.n : 2};
	bool whole = name.n == 2 || (name.n > 2 && (name.p[2] == '_' || name.p[2] == '-'));
	for (size_t i = 1; whole && i < sizeof locales / sizeof *locales; i++)
		if (slice_is(language, locales[i].language))
			return &locales[i];
	return &locales[0];
}
