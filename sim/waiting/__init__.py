"""Open cases: what is known of them, luck conditioned on it, and what will become of them.

history       what has been seen of each case until its own now
calendars     business and working time between two instants
tails         the uniforms that are left once a duration, or the second of two, is known to be longer
steps         how far each claim has come, and which requests are open
conduct, answerers   dispatch and answers, drawn from what still agrees with what was seen
not_yet       so is each other decision
seen, later   what was seen, written over the facts
conditioned   all of that together: facts for the engines
replicates    many stories of each case, each of which begins with its history; else its luck is drawn again
outlook       odds, days to money, what silence means, totals by week
buyer, advice, asking, words   the same for one buyer, in sentences
cases, states, forecasting   a table of open cases, one by one and in total
"""
