"""Attacks on the site. The guard list is the list of what must not succeed; each test bears the name of its row, here and in
the rooms (`test_D4_...`, "row A7"). The number counts within a letter; the letters say against what:

A other people's spaces, roles, objects and fields (A0: no door that nobody declared) · C what browsers are told to refuse ·
D limits and slow inputs · E invitations and enrolment · F forged requests · G certificates · H host and mail headers ·
I promises to everybody (I3: what a person does stays with them) · J requests to other machines · K caches · L sign-in,
sessions, recovery · N races · O redirects · P privacy as the law has it · Q quizzes and their keys · R stops, failures and
lost machines · S text that becomes a query, a template, a log line or a formula · U odd letters · V anonymity of the survey ·
W what we are built from · X active content · Y errors and what they tell · Z files, packages, parsers.
"""
