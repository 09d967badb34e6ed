/* SPDX-License-Identifier: Apache-2.0
 * Every position of a name in the grammar, a line each: with @ for the name, and the words that cannot stand there. */
#ifndef SEQ_TESTS_POSITIONS_H
#define SEQ_TESTS_POSITIONS_H

struct position {
	const char *text;   /* @ is the name */
	const char *cannot; /* words it cannot take, each between blanks */
};

#define SEQUENCE(inside)  "sequence a {\n" inside "\n}"
#define WORKSPACE(inside) "workspace a {\n" inside "\n}"
#define TEST(inside)      "test \"t\" {\n" inside "\n}"

static const struct position positions[] = {
        /* declarations */
        {"use std/@/a", ""},
        {"use @", ""},
        {"use a as @", ""},
        {"workspace @ { }", ""},
        {"sequence @ { }", ""},
        {"sequence a was @ \"t\" { }", ""},
        {"message email @ { }", ""},
        {"fragment @(a text) { }", ""},
        {"fragment a(@ text) { }", ""},
        {"fragment a(b @) { }", " one "},
        {"fragment a(b one of (@, c)) { }", ""},
        {"questionnaire @ { }", ""},
        {"holidays @ { }", ""},
        {"retire @ -> finish", ""},
        {"retire a -> move to @", ""},
        {"deployment @ { connect @ { } }", ""},
        /* the workspace */
        {WORKSPACE("locales @, fr"), ""},
        {WORKSPACE("contact { @ text }"), ""},
        {WORKSPACE("contact { @ one of b, @ required }"), ""},
        {WORKSPACE("contact { b @ }"), " one "},
        {WORKSPACE("key @ or @"), ""},
        {WORKSPACE("account contact.@, @"), ""},
        {WORKSPACE("mailbox @ { provider @; default sequence @ }"), ""},
        {WORKSPACE("mailbox b { name { @ \"n\" c file \"n\" } }"), ""},
        {WORKSPACE("brand { @ \"b\" }"), ""},
        {WORKSPACE("quiet @, sms 21:00-08:00"), ""},
        {WORKSPACE("limit 3 @ per day"), ""},
        {WORKSPACE("one @ sequence per contact otherwise @"), ""},
        {WORKSPACE("allow weaken @ because \"b\""), ""},
        /* settings */
        {SEQUENCE("tags @, b"), ""},
        {SEQUENCE("mailbox @, b.@"), ""},
        {SEQUENCE("skip @, b"), ""},
        {SEQUENCE("quote @"), ""},
        {SEQUENCE("purpose @"), ""},
        {SEQUENCE("versions @"), ""},
        {SEQUENCE("enroll once per input.@"), ""},
        {SEQUENCE("input { @ text; b @ default @ }"), " one yes no "},
        {SEQUENCE("start by @, b { @ required; @ }"), ""},
        {SEQUENCE("start on date contact.@ - 30 days"), ""},
        {SEQUENCE("exit on click on @"), ""},
        {SEQUENCE("exit on reply to @"), ""},
        {SEQUENCE("exit when @"), " yes no "},
        {SEQUENCE("title { @ \"t\" b \"t\" }"), ""},
        {SEQUENCE("migrate { step @ -> b; wait after @ -> b; option @.@ -> @; set @ = 1 }"), ""},
        {SEQUENCE("migrate { step b -> @ }"), " exit hold "},
        {SEQUENCE("migrate { wait @ restart }"), " after "},
        /* steps */
        {SEQUENCE("email @ { }"), ""},
        {SEQUENCE("email @ was @ using @ { }"), ""},
        {SEQUENCE("email a using b.@"), ""},
        {SEQUENCE("original @"), ""},
        {SEQUENCE("send @ by @, sms { }"), ""},
        {SEQUENCE("task @ \"t\" { outcomes @, b }"), ""},
        {SEQUENCE("webhook @ { json { @ 1 }; returns { @ text } }"), ""},
        {SEQUENCE("alert @ { to @ }"), " file "},
        {SEQUENCE("ask @ using @ { }"), ""},
        {SEQUENCE("offer @ { title \"t\" }"), ""},
        {SEQUENCE("handoff @ to @ { input { @ 1 } }"), ""},
        {SEQUENCE("suppress @"), ""},
        {SEQUENCE("set @ = 1"), ""},
        {SEQUENCE("set contact.@ = @"), " yes no "},
        {SEQUENCE("run @(@, @.@) as @ was @"), " yes no "},
        {SEQUENCE("wait 3 days as @ was @"), ""},
        {SEQUENCE("wait @ + 1 day"), " until for yes no "},
        {SEQUENCE("wait @ as @"), " until for yes no "},
        {SEQUENCE("wait until @ + 1 day"), " next mon tue wed thu fri sat sun yes no "},
        {SEQUENCE("wait until contact.@ otherwise skip to @"), ""},
        {SEQUENCE("wait for click on @ after @ up to 3 days as @ { on nothing { } }"), ""},
        {SEQUENCE("when @ { } otherwise { }"), " yes no "},
        {SEQUENCE("when a.@ is @ and b is not @ { }"), ""},
        {SEQUENCE("when @ in (@, @.@) { }"), " yes no "},
        {SEQUENCE("repeat up to 3 times every 2 days until a.@ as @ { }"), ""},
        /* parts */
        {SEQUENCE("email b { body a.@ }"), ""},
        {SEQUENCE("email b { body @ }"), " file "},
        {SEQUENCE("email b { tracking @, c }"), ""},
        {SEQUENCE("email b { variant @ 50% }"), ""},
        {SEQUENCE("whatsapp b { template \"t\" @ values @ }"), " values yes no "},
        /* texts */
        {SEQUENCE("email b { body \"{{@}}\" }"), " otherwise when end yes no "},
        {SEQUENCE("email b { body \"{{ @ | @ 1 }}\" }"), " when yes no "},
        {SEQUENCE("email b { body \"{{contact.@}}{{when a.@}}{{end}}\" }"), ""},
        {SEQUENCE("email b { body { @ \"t\"; c \"t\" } }"), ""},
        /* questionnaires */
        {"questionnaire q { choice @ \"t\" { @ \"o\"; @ \"o\" } }", ""},
        {"questionnaire q { nps a @ }", " file "},
        {"questionnaire q { text a \"t\" when @ > 1 }", " yes no "},
        /* tests */
        {TEST("sequence @"), ""},
        {TEST("contact { @ 1; b @ }"), " yes no "},
        {TEST("start 2026-03-02 by @"), ""},
        {TEST("expect email @ at +1 day { @ \"t\"; @ contains \"t\" }"), " contains "},
        {TEST("expect exit @"), ""},
        {TEST("expect position @"), ""},
        {TEST("at +1 day reply to @"), ""},
        {TEST("at +1 day answer @ { @ 1 }"), ""},
        {TEST("at +1 day done @ as @"), ""},
        {TEST("at +1 day leave @"), ""},
        /* deployment */
        {"deployment d { connect b { smtp \"s\" tls @; oauth @ } }", ""},
        {"deployment d { connect b { @ \"v\" } }", " oauth "},
        {"deployment d { connect b { @ env X } }", " smtp imap oauth auth_server "},
};
#endif
