"""English: every word of the classroom. Formats take named fields; claims carry their claimant."""

TITLE = "Ceasefire rounds"
WHAT_IF = "What-if simulation, not a forecast. No named individual is modelled."
SKIP = "Skip to the content"
MENU = {
    "/": "Home",
    "/explore": "Explore",
    "/play": "Play",
    "/teach": "Teach",
    "/compare": "Compare",
}
DARK = "Light or dark"
LANGUAGE_NAME = "English"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# --- names ------------------------------------------------------------------------------------

READABLE = {  # configuration names that are not said as they are written
    "restraint": "restraint in strikes",
    "basing": "Bagram",
    "arms": "weapons",
    "border": "crossings",
}
SEATS = {
    "pakistan": "Islamabad",
    "afghan_taliban": "Kabul",
    "mediators": "the mediators",
    "qatar": "Qatar",
    "turkiye": "Türkiye",
}
ISSUES = {
    "guarantees": "Guarantees that armed groups will not use Afghan soil",
    "custody": "Custody of persons Islamabad considers threats",
    "evidence": "Evidence on attacks, asked for by Kabul",
    "restraint": "Restraint in cross-border strikes",
    "basing": "Bagram: public assurance on a foreign return",
    "arms": "Weapons carried by migrants",
    "border": "Crossings at the border",
}
OPTIONS = {
    "third_party": "verified by third parties",
    "no_strikes": "no cross-border strikes",
    "reserved": "strikes reserved",
    "no_action": "no action",
    "extradite": "extradite at designated crossings",
    "confine": "confine in Afghanistan",
    "ban": "ban kept",
}
RUNGS = (
    "Restraint",
    "Protest and closure",
    "Border fire",
    "Strike",
    "Open hostilities",
)
RUNGS_EXPLAINED = (
    "Hold back; nothing is added to tension.",
    "Protest, and shut the crossings.",
    "Fire across the border. If both sides do, fire has been exchanged.",
    "Strike across the border. Three days of strikes in a row are open hostilities.",
    "Open hostilities: the ceasefire collapses today.",
)
CAUSES = {
    "attack": "a militant attack",
    "border_clash": "a border clash",
    "violation": "a violation of the deal",
    "talks_breakdown": "a breakdown of talks",
    "shock": "an outside shock",
}
ENDS = {
    "exchange_of_fire": "Exchange of fire: both sides at border fire or above on one day",
    "strike": "Strike: either side strikes across the border",
    "repudiation": "Repudiation: a side declares the ceasefire over",
    "open_hostilities": "Open hostilities, or strikes on three days in a row",
    "collapse": "Collapse: open hostilities or repudiation, whichever comes first",
}
ENDS_SHORT = {
    "exchange_of_fire": "Exchange of fire",
    "strike": "Strike",
    "repudiation": "Repudiation",
    "open_hostilities": "Open hostilities",
    "collapse": "Collapse",
}
CHANGES = {
    "": "Nothing: as it is",
    "extradition_accepted": "Extradition becomes acceptable to both",
    "monitors": "Third-party monitors deploy",
    "communique": "Mediators issue joint communiqués",
    "mediators_leave": "The mediators leave",
    "border_opens": "The crossings open",
    "joint_inquiry": "A standing joint inquiry shares evidence",
    "both_concede": "Both delegations concede early",
}
ACCOUNTS = {
    "mixed": "mixed: one of the two accounts, by chance",
    "islamabad": "Islamabad's account",
    "kabul": "Kabul's account",
    "undisputed": "undisputed",
}
GROUPS = {"ttp": "the TTP", "others": "other groups"}
WHO_MADE = {
    "person": "",
    "clock": " (time was up: the agent decided)",
    "stand-in": " (by an agent)",
}

# --- what happened ----------------------------------------------------------------------------

# --- news ---------------------------------------------------------------------------------------

NOBODY_KILLED, KILLED = "nobody is killed", "{deaths} killed"
ATTACK_TITLE = "Attack by {group}: {deaths}"
NOBODY_NAMED = "Neither side names the other."
LAID_AT_DOOR = "Islamabad says: it was prepared on Afghan soil, and Kabul is responsible."
KABUL_DENIES = "Kabul says: it had no part in it."
KABUL_DOES_NOT_DENY = "Kabul does not deny a part in it."
CLASH_TITLE = "Clash at the border"
SAYS_IT_FIRED = "{seat} acknowledges that it fired first."
SAYS_YOU_FIRED = (
    "Your side, {seat}, acknowledges that its forces on the spot fired first. Nobody at the table "
    "decided that."
)
SAYS_OTHER_FIRED = "{seat} says: {other} fired first."
NOBODY_ACKNOWLEDGES = "Neither side acknowledges having fired first."
YOUR_CAPITAL = "Your capital"
RATIFIED, REFUSED = "{who} ratifies the deal", "{who} does not ratify the deal"
REFUSED_SHORT = "{who} refused: {short:.3f} short"
RATIFICATION_NUMBERS = "The deal was worth {utility:.3f} to your side; {needed:.3f} was asked for."
REFUSED_UNKNOWN = "By how much it fell short is known there only."
TALKS_GO_ON = "Talks go on if the round has exchanges and days left."
REPORT_TITLE = "A report in confidence: {speaker} takes {other} to be in {word} faith"
REPORT_MOVED = "It moves your trust from {trust_before:.2f} to {trust_after:.2f}."
REPORT_HELP = (
    "Such reports can be wrong. Trust is about the type drawn for {other} when the game began (does it "
    "mean to keep promises?), not about the person opposite."
)
TEXT_REFUSED = "The mediators' text is not accepted"
YOU_ACCEPTED = (
    "You had accepted it. {other} refused it, or it is worth less than a capital asks that has "
    "refused before."
)
YOU_REFUSED = "You refused it; what {other} answered is not told."
A_SIDE_REFUSED = (
    "A side refused it, or it is worth less than a capital asks that has refused before; which, is "
    "not told."
)

# --- the boundary -----------------------------------------------------------------------------

UNKNOWN_HOST = "This server is not known by that name; open the address that it printed."
FOREIGN_ORIGIN = "Pages of other sites may not use this server."
NO_SUCH_PAGE = "There is no such page."
NO_SUCH_PAGE_HELP = (
    "The address may be mistyped. To join a class, open the address on the screen or type the code "
    "under Play."
)
NOT_SO = "Nothing can be done here in this way."
TOO_LARGE = "That is too large."
GARBLED = "a browser at %s sent something that no page asked for"

# --- home -------------------------------------------------------------------------------------

HOME_INTRO = (
    "A simulation game for classes in international relations. Two sides, Islamabad and Kabul, "
    "negotiate round by round with Qatar and Türkiye as mediators, while attacks and border "
    "clashes test a ceasefire. You decide for one side: what to offer, what to accept, how to "
    "answer fire. Afterwards you see what a deal was worth, what was left on the table, and which "
    "decision moved the ceasefire's chances."
)
HOME_CARDS = (
    ("/play", "Play", "In a class: open the address on the screen, or type the code; a lesson "
     "takes 50 minutes. Alone: a game of 30 days takes about 15 minutes, with a one-page brief."),
    ("/explore", "Explore", "Watch one future day by day, and a thousand from any evening of it. "
     "Nothing to decide; 5 minutes are enough."),
    ("/teach", "Teach", "For lecturers: one link seats a class of thirty in pairs; pause, watch, "
     "reveal, debrief. The plan of a lesson of 50 minutes stands there."),
    ("/compare", "Compare", "For the methods session: scenarios side by side, with paired "
     "differences; half a minute a figure."),
)  # fmt: skip

# --- pictures -----------------------------------------------------------------------------------

DAY_AXIS = "day"
EVENING_AXIS = "evening of day"
WORTH_TO = "worth to {seat}"
TENSION_SCALED = "tension / 20"
CALENDAR_LABEL = (
    "Calendar: {rounds} rounds, {attacks} attacks worth noting, {acts} responses, {deals} deals by "
    "day {day} of {days}"
)
TRUST_LABEL = (
    "Trust and tension: Islamabad {pakistan:.2f}, Kabul {afghan_taliban:.2f}, tension {tension:.1f}"
)
SPACE_LABEL = "The bargaining space, round {round}: {offers} offers"
ODDS_LABEL = "The ceasefire's chances, from {first:.2f} to {last:.2f}"

# --- explore ----------------------------------------------------------------------------------

EXPLORE = "Explore one future"
SETUP = "Choose what holds"
SETUP_NOW = "Choose what holds (now: {scenario}, seed {seed})"
SETUP_HELP = (
    "A choice from a list starts the story again at once; the seed and the sliders do with the "
    "button. The address of this page names the story: keep it to come back to it."
)
SCENARIO = "Scenario"
ACCOUNT = "Whose account of the talks"
TACTIC_OF = "Tactic of {seat}"
MEDIATORS = "Mediators"
MEDIATORS_CHOICES = {"": "as in the scenario", "none": "none", "qatar_turkiye": "Qatar and Türkiye"}
AS_IN_SCENARIO = "as in the scenario"
SEED = "Seed (the same seed tells the same story)"
SEED_BAD = "The seed is {value}; allowed are whole numbers from 0 to {most}."
NOT_A_CHOICE = "{what} is {value}; that is not one of the choices on this page"
NOT_A_NUMBER = "{what} is {value}; allowed are numbers from {low:g} to {high:g}"
NOT_WHOLE = "{what} is {value}; allowed are whole numbers from {low} to {high}"
NOT_ALLOWED = "Your browser sent something that this page did not ask for; it was ignored."
SLIDERS = {  # override -> label, help with its concept and source
    "pakistan.trust": (
        "Islamabad's trust in Kabul on day 0",
        "Probability that the other side acts in good faith; trust is revised as things happen "
        "(Kydd 2005).",
    ),
    "afghan_taliban.trust": (
        "Kabul's trust in Islamabad on day 0",
        "The same for Kabul. Promises are worth what they are believed to be worth (Fearon 1995).",
    ),
    "afghan_taliban.good_faith": (
        "Chance that Kabul means to keep its promises",
        "Private to Kabul: its type. The other side can only learn it (incomplete information).",
    ),
    "militants.ttp.attacks_per_year": (
        "Militant attacks a year",
        "Each attack may excite more (Hawkes process); for some Islamabad holds Kabul responsible.",
    ),
    "conflict.clashes.rate": (
        "Chance of a border clash a day, without tension",
        "Clashes become likelier with tension; both sides answer on the ladder of responses.",
    ),
}
START_AGAIN = "Start again with these"
NEXT_DAY = "Next day"
NEXT_ROUND = "To the next round"
TO_END = "To the end"
STANDS = "Day {day} of {days}, {date}. {state}"
IN_FORCE = "The ceasefire is in force."
COLLAPSED = "The ceasefire collapsed on day {day}: {how}, because of {cause}."
HORIZON = "The last day is reached with the ceasefire in force."
STORY = "What happened"
NOTHING_YET = "Nothing yet: step a day."
ENDED_ON = "ended on day {day} ({how}; {cause})"
STILL_HOLDS = "holds"
NOT_MET = "not met before the collapse"
UNDER_EACH = "The ceasefire under each definition"
UNDER_EACH_HELP = (
    "When a ceasefire counts as over is itself disputed, so five definitions are kept."
)
CALENDAR_KEY = (
    "Bars: rounds of talks. Dots: attacks, filled if Islamabad holds Kabul responsible. Columns: "
    "what a side did, the longer the harsher; Islamabad above the line, Kabul below it."
)
TRUST_TENSION = "Trust and tension"
TRUST_HELP = (
    "Trust: probability that the other side acts in good faith (Bayesian, Kydd 2005). Tension: a "
    "leaky sum of responses, scaled here by 20."
)
SPACE = "The bargaining space"
SPACE_HELP = (
    "Packages by what they are worth to both sides. The line is the Pareto frontier, where no package "
    "is better for both; D what no deal is worth, N the Nash point (the largest product of gains over "
    "no deal), K the Kalai-Smorodinsky point. N and K ask no capital: left of the upright dotted line "
    "Islamabad's would refuse, below the level one Kabul's."
)
SPACE_SHOWN = (
    "Drawn are the offers and texts of round {round} alone, by their worth on day {day}, its last day of "
    "talks: {offers}, at {places} places, since one that is held to lies where it lay."
)
MADE = "{seat}: {number}"
AGREED_AT_TABLE, ASKED_BY_CAPITALS = "agreed at the table", "what each capital asks for"
SPACE_EMPTY = "No talks have been held yet."
LOADING = "Setting up…"

# --- futures ----------------------------------------------------------------------------------

FUTURES = "Futures from here"
FUTURES_HELP = (
    "The present state is continued 1,000 times by the agents, with fresh chance from tomorrow."
)
CURVE_HELP = (
    "Kaplan-Meier: on each day, the share of futures still in force (under a definition other than "
    "collapse: that have not met it); the bands are 95 % limits of Monte Carlo error, not of the "
    "model. RMST: the mean of the days in force within the days looked ahead, which is the area "
    "under the curve."
)
FORK = "1,000 futures from here"
LOOK_AHEAD = "Days ahead"
CHANGE = "Change one thing from tomorrow"
PIN = "Pin this curve"
UNPIN = "Remove the pin"
FORKING = "Continuing 1,000 futures…"
FAN = "From day {today}, {days} days ahead: {share:.2f} [{low:.2f}, {high:.2f}] still in force"
RMST = "Mean days in force within {days} days (RMST): {value:.1f} [{low:.1f}, {high:.1f}]"
ENDED_BY = "Ended by"
DIFFERENCE = (
    "{name}, paired future by future: {value:+.1f} days [{low:+.1f}, {high:+.1f}] in force within "
    "{days} days, {share:+.3f} [{share_low:+.3f}, {share_high:+.3f}] in the share at the end."
)
UNPAIRED = "The pinned curve starts on another day or story, so the two are not paired."
PINNED = "pinned: {name}, from day {today}"
NOTHING_TO_PIN = "there is no curve to pin; ask for 1,000 futures first"
FUTURES_DAYS = "days from today"
SHARE_IN_FORCE = "share in force"
ENDED_ALREADY = "The ceasefire has collapsed; there are no futures from here."
STOPPING = "the server is being stopped"
BUSY = "A computation of yours is still running; wait for it."
WORKER_GONE = "the computation failed; try again"
ALL_BUSY = "the server is busy computing; try again in a moment"

# --- play -------------------------------------------------------------------------------------

PLAY = "Play"
JOIN = "Join a class or a room"
JOIN_HELP = (
    "Your teacher has the code. Who has sat there on another device types the return key here."
)
CODE = "Code"
CODE_OR_KEY = "Code, or return key"
GO = "Go"
PLAY_ALONE = "Play alone"
PLAY_ALONE_HELP = "Take one seat; agents play the others."
YOUR_NAME = "Your name"
TAKE_SEAT = "Take the seat of {seat}"
SEAT_FREE = "free"
SEAT_AGENT = "played by an agent"
SEAT_OF = "{name}"
CONTINUE = "Continue in your seat"
HAVE_KEY = "Have you sat here before on another device? Enter your return key."
WRONG_RETURN_KEY = "this return key opens no seat here; check it, or ask your teacher"
RETURN_KEY = "Return key"
RETURN_KEY_HELP = (
    "Keep this to come back from another device: type it under Play, or where you joined the "
    "class. Show it to nobody:"
)
DAYS_OF_GAME = "Days of the game"
NAME_TOO_LONG = "the name has {length} characters; at most {most} are allowed"
NAME_EMPTY = "the name is empty; type the name others will see"
NO_SUCH_CLASS = "there is no class with the code {code}; check it with your teacher"
CLASS_FULL = "no seat of this class is free; ask your teacher for one more room"
KEPT_FOR_OTHERS = (
    "the seats that are left are kept for names on the list; if yours is there choose it, else ask "
    "your teacher for one more room"
)
NO_SEAT = "No seat of this class is free"
NO_SEAT_HELP = (
    "Ask your teacher for one more room; this page goes on by itself once there is one. If you have "
    "sat here before, type your return key below. Meanwhile you can play alone."
)
JOIN_CLASS = "Join {title}"
JOIN_CLASS_HELP = "You are given a seat and a partner. This device keeps the seat."
ON_THE_LIST = "Your name on the list"
NOT_LISTED = "I am not on the list"
NO_SUCH_NAME = "No name on the list is like this."
CHOOSE_NAME = "choose your name on the list; if it is not there, type it below"
WAITS_HERE = "{name}: {why}. You need not press again: this page takes the seat once there is one."
IS_IT_YOU = "Is one of these names on the list you?"
IT_IS_ME, IT_IS_NOT_ME = "I am {name}", "No, I am somebody else"
MANY_ALIKE = "several names on the list are like this one; choose yours on the list"
JOIN_NOW = "Take my seat"
SAID = "What was said"
SAID_HELP = (
    "Words at the table are heard by all seats, words to the press by everybody, those in a "
    "channel with the mediators by you two until the debriefing. Agents do not read."
)
NOTHING_SAID = "Nothing yet."
SAID_BY = {
    "table": "{seat} at the table:",
    "press": "{seat} to the press:",
    "": "{seat}, between {side} and the mediators:",
}
SAID_WITH = "{seat} says: “{words}”"
WORDS_WITH = {"table": "Words with it (optional)", "press": "Words to the press (optional)"}
PRESS_LINE = "Your line to the press (optional)"
PRESS_ASKED = "Round {round} is over: what do you tell the press about it?"
PRESS_ASKED_HELP = (
    "Everybody reads it. Each side has one line after each round; this one is for round {round}, "
    "also while the next is under way."
)
SEND_PRESS = "Give it to the press"
CHANNEL = "In confidence to {seat}"
SEND_CHANNEL = "Tell {seat} in confidence"
WORDS_MUTED = "Your teacher has muted messages in this room."
MUTE, UNMUTE = "Mute messages", "Allow messages"
MUTE_ALL, UNMUTE_ALL = "Mute all messages", "Allow all messages"
MUTED = "your teacher has muted messages here; go on without words"
NOT_NOW = "nothing can be said now; the game has not begun, or is over"
PRESS_ONCE = "each side gives the press one line after each round"
NO_CHANNEL = "there is nobody to hear this: a channel is between a side and mediators at the table"
TOO_MANY_WORDS = "{most} messages were sent in this room; no more are taken"
WORDS_EMPTY = "there is nothing to say"
WORDS_TOO_LONG = "that has {length} characters; at most {most} are allowed"
NO_SUCH_ROOM = "there is no room with the code {code}; check it with your teacher"
TOO_MANY_ATTEMPTS = "too many wrong codes or keys from here; wait a minute"
TOO_OFTEN = "that was too often in a short time; wait a little"
TOO_MANY_ROOMS = "there are {most} rooms already; close some first"
TOO_MANY_HERE = "{most} rooms were made from here already; close some first"
TOO_MANY_ALONE = "too many people play alone here now; try again later, or play in a room"
ROOMS_AT_ONCE = "a class is made with 1 to {most} rooms"
BAD_DEADLINE = "the deadline is {deadline} seconds; allowed are {allowed}"
WRONG_KEY = "this is not a teacher's key of this server"
NOT_OPEN_HERE = "this class is not open on this device; open it under Teach with its teacher's key"
WRONG_WORD = "this is not the teacher's word; it is printed where the server was started"
NO_SUCH_SEAT = "{seat} is not a seat for a person in this room"
SEAT_TAKEN = "the seat of {seat} is taken by {name}; choose another, or ask your teacher to free it"
WRONG_SEAT_KEY = "this is not the key to the seat of {seat}; take a seat in the room's lobby"
PAUSED = "the teacher has paused this room"
ENDED_BY_TEACHER = "the teacher has ended the game in this room"
NOT_BEGUN = "decisions open when everybody at the table is ready"
ROOM_CLOSED = "this room was closed"
SEAT_LOST = "The seat of {seat} is not yours any more: it was freed, or the room was closed."
BACK_TO_CLASS = "Take a seat in {title} again"
DEBRIEF_LOST = "This debriefing is not open to you any more."
DEBRIEF_CLOSED = (
    "This debriefing opens to who played in the room, where they sat, and to the class's teacher."
)
CLASS_LOST = "This class is not open on this device."
NO_COOKIES = "your browser keeps no cookies of this server; allow them to keep a seat or a class"
CUSTOM_TACTIC = "it has a tactic of somebody's own, which is code that no page of ours would store"
GAP = "a move is missing or its row is damaged"
ROOM_BROKEN = "this room has failed and cannot continue; the other rooms are not affected"

# --- the file of the rooms ----------------------------------------------------------------------

NOT_STORED = "this could not be stored ({why}), so nothing has changed; try again"
FILE_IN_USE = "another program holds the file"
FILE_GONE = "the file of the rooms was deleted"
FILE_REPLACED = "the file of the rooms was replaced by another"
FILE_CHANGED = "the file of the rooms was changed by another program"
FILE_DAMAGED = "the file of the rooms was damaged"
FILE_UNREADABLE = "the file of the rooms cannot be read: {why}"
FILE_LOST = "{what} and cannot be written anew ({why}); no move is taken until it can"
FILE_ANEW = "{what}; all {rooms} rooms were written anew and nothing is lost{kept}"
FILE_SALVAGED = "{what}; the {rooms} rooms that could be read were written anew{kept}"
FILE_ASIDE = "; what was in its place is kept as {name}"
FILE_NOW = "No move can be stored now: {what}. Ask whoever runs the server."
NOT_IN_ORDER = "the stored moves of this room could not be put in order; start the server again"
PLAYED_BACK = (
    "only the first {good} decisions could be played back; {lost} later ones are kept aside in the "
    "file. The room is paused: resume it to go on from there."
)
UNOPENED = "The stored room {code} cannot be opened by this version; it is left in the file."

# --- in a seat ----------------------------------------------------------------------------------

YOU_ARE = "You are {seat}"
YOUR_TURN = "Your decision"
YOUR_ROOM, YOUR_ROOM_WITH = "Room {number}", "Room {number}, with {others}"
SITS_AS = "{name} ({seat})"
SITS_AGENT, SITS_AGENT_FOR = "an agent", "an agent for {name}"
DECIDED = "You have decided. {what}: {choice}."
ON_THE_TABLE = "as it stands at the table, below"
DECIDED_BY_CLOCK = "Time was up on day {day}: the agent decided for you. {what}: {choice}."
DECIDED_BY_AGENT = "On day {day} an agent decided for you. {what}: {choice}."
OFFER_UNRATIFIED = (
    "Your capital would not ratify this offer: {short:.3f} short. An agent learns what its capital asks "
    "only when that has refused a deal; until then it settles for whatever beats no deal."
)
AGENT_FOR_YOU = "An agent plays for you. What it decides stands; nothing is asked of you here."
TAKE_BACK = "I am here: play on myself"
WAITS_FOR = "Waiting for {seat}{name} {to}."
WAITS_TO = {
    None: "to decide",
    "attend": "to say whether they come to the talks",
    "offer": "to make an offer",
    "answer": "to answer the offer",
    "text": "to answer the mediators' text",
    "respond": "to respond to what happened",
    "account": "to publish an account of the talks",
    "contain": "to try to stop the retaliation, or not",
    "draft": "to table a text",
    "leave": "to walk out, or to agree to meet again",
}
READ_FIRST = "Read your brief, then say that you are ready. No decision opens before."
WAITING_FOR_READERS = "You are ready. Still reading the brief: {seats}."
BRIEF = "Your brief"
I_AM_READY = "I am ready"
NEWS = "News"
INTERESTS = "What you want"
RED_LINES = "Where you cannot go"
RED_LINE_NUMBER = (
    "On day {day}, as this page was opened: having no deal is worth {reservation:.3f} to you. Your "
    "capital asks for {needed:.3f} at least: it would ratify {ratified} of {of} possible packages. "
    "The best for you is worth {best:.3f}."
)
RED_LINE_OPTION = "{issue}: with “{option}” no package would be ratified at home."
WORTH_SCALE = (
    "Worth is counted from 0 to 1 on your own scale; it cannot be compared with the other side's."
)
WORTH_TO_YOU = "What each issue is worth to you"
WORTH_TO_YOU_HELP = (
    "How much more an option is worth to you than the worst one on the issue, if all else stays at "
    "your public position, which is marked. Only you see this. It changes with your trust in the "
    "other side's promises: what a package is worth now stands beside it when you decide."
)
WHERE_FROM = (
    "Where these numbers come from: the options are read from what both sides have said; how much "
    "each is worth is an assumption of this scenario, not a finding (docs/parameters.md lists all)."
)
BEHIND = "What stands behind the words"
EXPLAINED = {  # issue on the agenda -> what a newcomer asks about it
    "guarantees": "The TTP and other groups: armed groups that nobody here plays; their attacks are "
    "drawn by chance. Islamabad says that they use Afghan soil, and that Kabul gives no guarantee "
    "against it that can be verified; Kabul says that it will act once it is shown credible evidence.",
    "custody": "Custody: Islamabad says that it asked for arrests and then for extradition. Kabul says "
    "that it offered to deport these persons, and that Islamabad declined and asked that they be "
    "confined in Afghanistan. A game follows one of the two accounts, so that an option can be worth "
    "more or less than you expect.",
    "basing": "Bagram: Kabul says that it suspects Islamabad of preparing the ground for American "
    "forces to come back there. That it wishes a public assurance is how this project reads it.",
    "arms": "Weapons: Kabul says that its rules already forbid migrants to bear arms; nobody asks it "
    "for anything else.",
}
OPENING_MARK = "▸ {option}"
AT_STAKE = "{issue}: {at_stake:.3f} at stake"
PLAYED = "How it is played"
SPAN = (
    "Day 0 is {day_0}, when the ceasefire began. The first decision at this table is due on day "
    "{first} ({first_date}); the days before it have passed. The game ends with day {last} "
    "({last_date}), or earlier if the ceasefire collapses."
)
PLAYED_TEXT = (
    "Talks are held in rounds. In a round the sides offer in turn, a few times a day; a package is "
    "seen by both, what it is worth is not. When they cannot agree the mediators table a text.",
    "Between rounds days pass by themselves. You are asked again when there is something to "
    "decide: whether to come to a round, how to answer an attack or a clash.",
    "Take your time unless a clock is shown. A decision cannot be taken back.",
)
WINNING = "What winning means"
WINNING_TEXT = (
    "Your own gain: how much more the deal is worth to you than no deal.",
    "A deal that holds: both capitals must ratify, and yours refuses what is worth less than it "
    "asks.",
    "The ceasefire: whether it is still in force on the last day. You can win it together, or "
    "neither does.",
)
RECKONED_STAKES = "What is at stake"
RECKONED_STAKES_HELP = (
    "What each issue is publicly thought to be worth to either side, from its worst to its best "
    "option. Their own numbers differ; nobody knows them but they."
)
WINNING_MEDIATORS = (
    "A deal that both capitals ratify.",
    "The ceasefire in force on the last day.",
    "Effort left for when it is needed: every attempt to stop retaliation costs some.",
)
ROLES = {  # who you are; what you want
    "pakistan": (
        "You are the delegation of the government in Islamabad. Islamabad says that armed groups "
        "attack it from Afghan soil and that it has asked Kabul again and again to act. Kabul says "
        "that strikes on its soil broke the truce, that the demands are unreasonable, and that it "
        "will act on credible evidence. A ceasefire holds since 19 October 2025.",
        (
            "Guarantees that armed groups will not use Afghan soil, as verifiable as possible.",
            "Custody of persons you consider threats.",
            "A free hand against attacks, and crossings that you open when it suits you.",
        ),
    ),
    "afghan_taliban": (
        "You are the delegation of the Afghan Taliban authorities in Kabul. Kabul says that "
        "strikes on its soil broke the truce, that it will act once it is shown credible evidence, "
        "and suspects preparations for a foreign return to Bagram. Islamabad says that armed "
        "groups attack it from Afghan soil and asks for guarantees that can be verified. A "
        "ceasefire holds since 19 October 2025.",
        (
            "An end to cross-border strikes, and open crossings.",
            "Evidence before you act, and a public assurance about Bagram.",
            "As few promises as possible that divide your own ranks: custody of persons costs you "
            "cohesion at home.",
        ),
    ),
    "mediators": (
        "You are the mediators, Qatar and Türkiye. You host the talks, hear both sides in "
        "confidence, table texts of your own when they cannot agree, and may try to stop retaliation "
        "before it ends the ceasefire. What Qatar and Türkiye tell a side in confidence of the "
        "other's good faith is told by the rules, not chosen by you.",
        (
            "A text that both capitals can ratify.",
            "Time: as long as they talk, and whenever retaliation stops, something is won.",
        ),
    ),
}
WAITING_FOR_PLAYERS = "Waiting for somebody to take the seat of {seats}."
GAME_OVER = "The game is over."
GAME_ENDED = "Your teacher has ended the game here. The debriefing opens on this page."
GAME_PAUSED = "Paused: play goes on when your teacher begins the phase Play or resumes the room."
TALK_NOW = (
    "Talk it over, aloud, with {others}: what does each of you want most, and what could you give "
    "for it? Nothing that you say now binds you, and nothing is decided."
)
TALK_ALONE = (
    "An agent sits opposite and does not talk: think over what the other side wants most and what "
    "you could give for it, or ask your neighbours. Nothing is decided now."
)
TALK_UNTIL_CLOCK = "Until the clock here is at 0; play goes on when your teacher says so."
TALK_UNTIL = "Play goes on when your teacher says so."
TIME_LEFT = "{seconds:.0f} s left for you; then the agent decides."
TIME_LEFT_OTHER = "{seat}: {seconds:.0f} s left to decide."
DAY = "Day {day} of {days} · {date}"
DAY_OF_ROUND = "Day {day} of {days} · {date} · round {round}"
SEE_DEBRIEF = "Look back: the debriefing"

ASK = {
    "attend": "A round of talks is due today. Do you come?",
    "offer": "It is your turn to offer: exchange {exchange} of {of}.",
    "answer": "The other side offers this: exchange {exchange} of {of}. Do you accept?",
    "text": "The mediators table this text. Do you accept it?",
    "respond": "{cause}: how do you answer?",
    "account": "The talks have been broken off. Each side now publishes its account of them.",
    "leave": "The round ends without agreement on everything. Do you walk out?",
    "end": "Pressure at home to end the ceasefire has become too strong. Do you declare it over?",
    "contain": "Each side is retaliating for what the other did. Do you spend effort to stop it?",
    "draft": "The sides have offered and do not agree. Which text do you table?",
}
ON_THE_SPOT = (
    "You decide for your commanders on the spot now, who may go as far as {most}. If the other side "
    "answers and mediators do not end it, you are asked again, for your capital, which may go further."
)
ASK_HELP = {
    "attend": "If either side stays away no round is held; the next is weeks away.",
    "leave": "If neither walks out the round is adjourned: the next has a date, and what both last "
    "offers share may be initialled. If either does, a breakdown is announced.",
    "offer": "Choose an option on every issue. The other side sees the package, not what it is "
    "worth to you. Taking back what you have offered costs its trust, unless you have been given a "
    "reason since.",
    "answer": "If you accept, both capitals are asked to ratify (two-level games, Putnam 1988). If "
    "one refuses, talks go on if the round has exchanges and days left. From then on that capital lets "
    "nothing pass that is worth less to its side than it asks: it falls through even if both of you "
    "accept, and the next exchange begins.",
    "text": "A single negotiating text (Fisher 1978): if you refuse, the next one may lean more "
    "to you. If both accept, both capitals are asked to ratify. A capital that has refused before lets "
    "nothing pass that is worth less to its side than it asks: such a text falls through even if both "
    "of you accept, and talks go on if the round has exchanges and days left.",
    "respond": "The ladder of responses. What you do may be answered, and adds to tension; leaving "
    "what was suffered unanswered wears your mandate at home.",
    "account": "Where your account contradicts the other side's, it costs you their trust and "
    "ties you to your words at home for a while (audience costs, Fearon 1994).",
    "end": "This is repudiation: the ceasefire collapses today.",
    "contain": "It may fail, and each attempt costs patience, which comes back slowly.",
    "draft": "You go by public estimates and by what each side tells you of its own numbers.",
}
RESPOND_AFTER = {
    "attack": "Islamabad holds Kabul responsible for an attack",
    "border_clash": "There has been a clash at the border",
    "violation": "A breach of the deal has been alleged",
    "talks_breakdown": "The talks have broken down",
    "shock": "There has been a shock from outside",
}
RUNGS_LEFT_OUT = "Left out, as your side has no means for it now: {rungs}."
RESPOND_TO = "The other side has answered with {rung}"
YES_NO = {
    "attend": ("Come to the talks", "Stay away"),
    "answer": ("Accept", "Refuse"),
    "text": ("Accept the text", "Refuse the text"),
    "end": ("Declare the ceasefire over", "Hold on to it"),
    "leave": ("Walk out", "Agree to meet again"),
    "contain": ("Try to stop it", "Leave it"),
}
SEND_OFFER = "Offer this package"
SEND_TEXT = "Table this text"
HOLD_OFFER = "Pass: hold to your last offer"
SEND_RUNG = "Answer with this"
SEND_ACCOUNT = "Publish"
ACCOUNT_OPTION = "Contradict the other side's account on: {issue}"
ACCOUNT_NONE = "Tick nothing to publish an account that contradicts on nothing."
WORTH = "Worth to your side: {worth:.3f}, {gain:+.3f} against no deal."
NO_DEAL_MARK, CAPITAL_MARK = "no deal", "your capital asks"
BELOW_NO_DEAL = (
    "Worth less to you than having no deal, by {short:.3f}: your capital would not ratify it."
)
BELOW_HOME = "Your capital would not ratify this: {short:.3f} short."
ONLY_REFUSED = "A delegation may not accept less than no deal, so it can only be refused."
LEFT_AS_IT_IS, IN_FORCE_ON = "(if nothing is agreed: {option})", "(in force: {option})"
AGAINST_OWN = "against your last offer"
AGAINST_HEARD = "against theirs"
AGAINST_NOTHING = "against leaving it as it is"
ADDS_HELP = (
    "Under each issue: what your choice there, and nothing else, adds to the worth of the package "
    "for you, against what you or they last offered on it (at first: against leaving it as it is). "
    "At the foot: the worth of the whole package, against no deal."
)
PARTS_HELP = (
    "Each line is that choice alone, the rest as offered. Together they are worth more or less than "
    "their sum: what one issue verifies makes promises on others worth more."
)
ISSUE, OFFERED, GAIN_AGAINST_OWN = "Issue", "Offered", "For you, against your offer"
RECKONED = "Worth by public estimates: Islamabad {pakistan:.3f}, Kabul {afghan_taliban:.3f}."
TABLE = "At the table"
OWN_OFFER = "You offered"
HEARD_OFFER = "They offered"
OFFER_OF = "{seat} offered"
TEXT_OF = "The mediators' text"
WHEN_OFFERED = "{what} (round {round}, {exchange} of {of}): {fate}"
WAITS_FOR_ANSWER = "waits for an answer"
NO_OFFERS = "No offers yet."
MINE = "Only you know this"
MINE_ROWS = {
    "trust": ("Trust in the other side", "Probability that it acts in good faith."),
    "reservation": (
        "Worth of no deal",
        "The disagreement payoff; it falls as grievance and closure hurt (Zartman 2000).",
    ),
    "asked_at_home": (
        "Gain the capital asks for",
        "A deal must be worth this much more than no deal to be ratified: your win-set (Putnam "
        "1988).",
    ),
    "capacity": ("Ability to deliver", "Share of what is promised that can be carried out."),
    "willing": (
        "Means to keep promises",
        "Whether your side will carry out what you sign; if not, little of it is done. Drawn by "
        "chance before the game, not chosen by you: your side's type. The other side can only guess "
        "it.",
    ),
    "mandate": (
        "Mandate at home",
        "How far your capital still stands behind you. It falls when you hold back after your side "
        "was hit (less if you protest), and with a round that ends with nothing signed. It rises "
        "with quiet days and with a deal. Below {lost} your capital ends the ceasefire without "
        "asking you.",
    ),
    "pressure": (
        "Pressure at home to end it",
        "Grievance over attacks, fire and breaches, as a share of what it takes to declare the "
        "ceasefire over; above 100 % you may be asked to. It fades with time. Open crossings lower "
        "it; talks under way or due, a deal and trust in the other side let you bear more.",
    ),
    "lock_in": (
        "Tied by your own words",
        "After talks that broke off you may contradict the other side's account in public. On such "
        "an issue giving way then costs you at home, from 0 (nothing) to 1; it fades with time.",
    ),
    "patience": (
        "Effort left",
        "Each attempt to stop retaliation costs one; it comes back slowly.",
    ),
}
YES, NO = "yes", "no"
DEAL_IN_FORCE = (
    "A deal is in force, day {age}; its monitors are deployed to {monitoring:.0%}, breaches that "
    "were not made good weigh {unremedied:.1f}: {package}."
)
PARTIAL_DEAL_IN_FORCE = (
    "What both have initialled is in force, day {age}; its monitors are deployed to "
    "{monitoring:.0%}, unremedied breaches weigh {unremedied:.1f}: {package}. The "
    "rest is open."
)
NO_DEAL_YET = "No deal is in force."

# --- teach ------------------------------------------------------------------------------------

TEACH = "Teach"
NEW_CLASS = "Make rooms for a class"
CLASS_TITLE = "Name of the class"
ROOMS = "Number of rooms"
PERSONS = "Seats for students; agents play the others"
DEADLINE = "Seconds for each decision (0: no deadline)"
SAME_SEED = "Every room meets the same chance events (comparable results)"
MAKE = "Make the rooms"
TEACHER_KEY = (
    "Your teacher's key opens this class on another device. Every device has a key of its own, and "
    "each of them opens the class. Show it to nobody:"
)
SHOW_KEY = "Show the teacher's key"
NAMES = "Names, one a line (optional: paste your list)"
NAMES_HELP = (
    "With names there are as many rooms as they need, and seats are kept for them in their order: "
    "the first {size} sit in one room."
)
NAMES_MAKE = "{names} names make {rooms} rooms."
SHUFFLE = "Pair them at random"
TITLE_TODAY = "Lesson of {date}"
BOARD = "Projector page"
ROOM_NUMBER = "Watch room {number}"
BOARD_HELP = "Scan the code, or open this address and type your name:"
BOARD_HELP_LIST = "Scan the code, or open this address and choose your name on the list:"
DOING = "{playing} of {rooms} games under way · with a deal in force: {deals} · ceasefire in force: {hold}"
GAME = "Game"
COMES_LATE = "Who comes late opens {address}"
SEATED = "{seated} of {seats} seats taken, {ready} ready"
BOARD_KEY = "✓ is ready; a name in brackets has not come yet."
BOARD_COLUMNS_ROOM = "Room"
READY_MARK = "{name} ✓"
KEPT_FOR = "({name})"
AGENT_FOR, AGENT_UNTIL = "an agent plays for {name}", "an agent, until {name} comes"
AGENTS_NOW = {0: "No seat was free where somebody sits.", 1: "An agent plays a seat now."}
AGENTS_NOW_MANY = "Agents play {number} seats now."
AGENT_NOW, GIVEN_BACK = "An agent plays {seat} now.", "{seat} is played by its person again."
QR_LABEL = "QR code of {address}"
ROOMS_HELP = (
    "A game begins by itself once everybody in its room is ready. Phases, below, pause and resume "
    "all rooms. A name in brackets has not come yet."
)
ABSENTEES = "Agents for who is missing"
ADD_ROOM = "One more room"
BEGIN_ALL = "Begin everywhere without waiting"
END_ALL, REVEAL_ALL = "End all games", "Reveal all"
END_ALL_ASK = "End the games in all rooms? No more decisions are taken. This cannot be undone."
REVEAL_ALL_ASK = (
    "Reveal everything in all rooms? Games that are not over end, and both sides see each other's "
    "numbers. This cannot be undone."
)
NOTICE = "Message to everybody"
NOTICE_FROM = "Your teacher: {words}"
TELL_ALL, CLEAR_NOTICE = "Show it", "Take it down"
PHASE = "Phase"
PHASES = {"": "none", "prepare": "Prepare", "round": "Play", "between": "Talk it over"}
PHASE_HELP = "Decisions are taken in the phase Play; in the others all rooms pause."
PHASE_LEFT = "{phase}: {minutes}:{seconds:02d} left"
PHASE_UP = "{phase}: time is up"
PHASE_STOPPED = "{left}, stopped"
MINUTES = "Minutes (0: no clock)"
SET_PHASE = "Begin this phase"
NO_SUCH_PHASE = "there is no such phase"
TEACHERS_WORD = "Teacher's word"
TEACHERS_WORD_HELP = "It is printed where the server was started."
CLOSE_ROOM = "Close this room"
CLOSE_CLASS = "Close the class"
CLOSE_ROOM_ASK = "Close {room}? Its game and its moves are deleted."
CLOSE_CLASS_ASK = "Close the class {title}? All its rooms, games and moves are deleted."
KEEP = "Leave it as it is"
SURE = "Are you sure?"
LESSON = "A lesson of 50 minutes"
LESSON_HELP = (
    "Choose 30 days and 120 seconds for it. docs/teaching.md says more: what to say and to ask, a "
    "second session, and what to do when something goes wrong."
)
LESSON_COLUMNS = ("Minutes", "You do", "Students do")
LESSON_PLAN = (
    ("0–3", "Project the Projector page, not this one; the rooms are made before class.",
     "Open the address, take a seat."),
    ("3–10", "Phase Prepare, 7 minutes.", "Read the brief, press “I am ready”."),
    ("10–22", "Agents for who is missing. Phase Play, 12 minutes.",
     "Play; words go with the offers."),
    ("22–26", "Phase Talk it over, 4 minutes: what does the other side want most?", "Talk."),
    ("26–36", "Phase Play, 10 minutes.", "Play on."),
    ("36–43", "End all games, then Reveal all.", "Each pair reads its debriefing."),
    ("43–50", "Project The class as a picture. Who got a deal, and who kept the ceasefire?",
     "Tell what their capital refused."),
)  # fmt: skip
OPEN_CLASS = "Open a class"
OPEN_CLASS_HELP = "With the teacher's key you were given."
KEY = "Teacher's key"
CLASS = "Class {title}"
FORGET = "Close on this device"
FORGET_ASK = (
    "Close the class {title} on this device? Its rooms go on. You can open it again with a "
    "teacher's key only (this one, or that of another device), so write it down first:"
)
ROOM_LIST = "Rooms"
PAUSE, RESUME, REVEAL = "Pause", "Resume", "Reveal everything to the players"
REVEAL_ASK = (
    "Reveal everything in {room}? Its game ends, and both sides see each other's numbers. "
    "This cannot be undone."
)
START, END_GAME = "Begin without waiting", "End the game"
END_ASK = "End the game in {room}? No more decisions are taken. This cannot be undone."
FREE_ASK = (
    "Free the seat of {seat}? {name} loses it at once, on every device; the game and its moves "
    "stay."
)
PAUSE_ALL, RESUME_ALL = "Pause all rooms", "Resume all rooms"
AGENT_PLAYS = "Let an agent play {seat}"
GIVE_BACK = "Give {seat} back to its person"
FREE_SEAT = "Free the seat of {seat}"
STATE = {
    "waiting": "waiting for players",
    "reading": "reading the brief: {seats}",
    "ended": "ended on day {day}",
    "playing": "day {day}, {seat} decides",
    "paused": "paused on day {day}, {seat} decides next",
    "over": "over on day {day}",
    "broken": "failed",
}
STATE_MUTED = "{state}; messages muted"
STATE_RAN_OUT, RAN_OUT = "{state}; time ran out, the agent decided: {seats}", "{seat} {times}×"
RESULTS = "Results of the class"
RESULTS_EMPTY = "No game is over yet."
EXPORT = "Export as CSV"
PRINT = "Print this page"
JOIN_AT = "Students open {address}, or type the code {code} under Play, and give their names there."
WATCHING = "Watching {room}: everything is shown here"
ADVICE = "The agent of {seat} would choose: {advice}"
ROOM_CODE, ROOM_OF = "room {code}", "room {number}: {names}"
PROJECT = "Do not project this page before the game is over: it shows both sides' private numbers."

# --- research ---------------------------------------------------------------------------------

RESEARCH = "Research with this class (off)"
RESEARCH_ON = "Research mode"
RESEARCH_HELP = (
    "Students read what is kept and agree or not; they are known by pseudonyms, and no names are "
    "typed. Who does not agree plays all the same, and is left out of the export. Ask your "
    "institution's ethics board before you use it."
)
ASK_BEFORE, ASK_AFTER = "Questions before the brief, one a line", "Questions after the game"
FIRST_BEFORE = ("How often have you negotiated in a game before?",
                "How far can the other side be trusted, from 0 to 10?")  # fmt: skip
FIRST_AFTER = ("How far could the other side be trusted, from 0 to 10?",
               "Which of your decisions would you take back?")  # fmt: skip
QUESTIONS = {"before": "Some questions first", "after": "Some questions now that it is over"}
SEND_ANSWERS = {"before": "Send my answers", "after": "Send my last answers"}
QUESTIONS_BAD = "at most {most} questions of {longest} characters are asked"
ANSWER_TOO_LONG = "an answer has at most {most} characters"
NOT_ASKED = "no such question is asked here"
NO_STUDY = "this class takes part in no study"
NO_NAMES_IN_STUDY = "in a study nobody is known by a name; take the list of names out"
CONSENT = "Before you join"
CONSENT_TEXT = (
    "This class takes part in a study. If you agree, your decisions, offers, messages and answers "
    "are kept with their times under a pseudonym; your name is not asked for. Do not write it in "
    "a message either.",
    "If you do not agree you play just the same, and nothing of what you do is exported. You can "
    "change your mind until the end of the lesson: tell your teacher, who frees your seat.",
)
I_CONSENT, I_DO_NOT_CONSENT = "I agree and take my seat", "I do not agree, but play"
EXPORT_STUDY = "Export the study"
CODEBOOK = """\
events.csv: every decision and message of persons who agreed, in order of time
  room         number of the room in the class
  seed         seed of its chance; the same seed is the same chance events
  order        number of the event in the room
  time         when it was stored, UTC
  day          day of the game
  seat         pakistan (Islamabad), afghan_taliban (Kabul), mediators
  person       pseudonym
  made_by      person; clock: time was up and the agent decided; stand-in: an agent played the seat
  event        decision or message
  kind         of a decision: attend, offer, answer, text, respond, account, end, contain, draft,
               leave (see sim/game/questions.py)
  value        what was decided, as JSON: true or false, a rung 0 to 4, a package (issue: option),
               a list of issues; null: held to the last offer
  agent_would  what the agent in this seat would have decided, as JSON
  to           of a message: table (all seats), press (public), or the side whose private channel
               with the mediators it was
  words        the message

answers.csv: answers to the questions of the study
  when         before the brief or after the game
  question, answer, time

Left out: whoever did not agree, and the decisions of seats that only agents played. With the same
version, scenario and seed, decisions play back the whole game.
"""

# --- debrief ----------------------------------------------------------------------------------

DEBRIEF = "Debriefing of {room}"
NOT_YET = "The debriefing opens when the game is over or your teacher reveals it."
OUTCOME = "What came of it"
OUT_DEAL = "A deal was ratified on day {day}: {package}."
OUT_NO_DEAL = "No deal was ratified (rounds held: {rounds})."
OUT_UNFINISHED = "The game was ended on day {day}, before that day was over."
ROUNDS = "How the rounds ended"
NO_ROUNDS = "No round was held."
ROUND_COLUMNS = ("Round", "Day", "Outcome", "Settled")
OUTCOMES = {
    "full": "full agreement, ratified",
    "partial": "agreement in part, the rest adjourned",
    "adjourned": "adjourned",
    "broken_off": "broken off",
    "open": "not finished: open since day {day}",
}
OUT_LAPSED = "It lapsed on day {day}."
OUT_NUMBERS = "{seat}: worth {utility:.3f}, a gain of {gain:.3f} over no deal."
OUT_QUALITY = (
    "Distance to the frontier {distance:.3f} (0: nothing better for both was left); Nash product "
    "{share:.0%} of the best possible."
)
AGENTS_DID = "For comparison, not this game: agents alone, same chance events"
WIN_SETS = "Win-sets (what each capital would have ratified)"
WIN_SET_TEXT = (
    "On day {day}, of {of} packages Islamabad would have ratified {pakistan}, Kabul {afghan_taliban}, "
    "and both {both} (Putnam 1988)."
)
ODDS = "Where the ceasefire's chances turned"
ODDS_HELP = (
    "Each evening continued {futures:,} times by the agents: the share still in force on the last "
    "day. A drop is news that day; chance and decisions both make news. What a decision did is its "
    "evening with it less the same evening with what the agent would have decided, all after it "
    "left to the agents, with 95 % limits of Monte Carlo error; up to 16 decisions are looked at, "
    "those of the days with most news."
)
ODDS_WAIT = "Finding out which decision moved the ceasefire's chances most: {done} of {all}…"
ODDS_FAILED = "The chances of this game's ceasefire could not be followed."
LEAD = "In three sentences"
YOU, YOU_OBJECT, AND = "You", "you", " and "
GAINED = "{who} gained {gain:.3f} over no deal: the deal of day {day} is worth {worth:.3f}."
GAINED_NOTHING = "{who} gained nothing over no deal: none was ratified (rounds held: {rounds})."
STRUCK_REFUSED = "The deal struck on day {day} was refused in {capitals}."
STRUCK_RATIFIED = "The deal struck on day {day} was ratified in both capitals."
LEFT_NO_TALKS = "No talks were held, so nothing lay on the table."
LEFT_NOTHING = "Nothing was left on the table: no other package was better for both."
LEFT_NO_ZONE = "On no day of talks was there a package that both capitals would have ratified."
LEFT_BETTER = "Left on the table on day {day}: {changes} would have added {added}."
LEFT_A_DEAL = (
    "On day {day}, in round {round}, a deal was there that both capitals would have ratified: {changes}. "
    "It added {added}."
)
LEFT_GONE = "By day {day} there was none any more."
LEFT_TABLED = "The mediators had tabled this very package (day {days}); refused by {refused}."
LEFT_TABLED_LOST = (
    "The mediators had tabled this very package (day {days}); it was not agreed then."
)
LEFT_ADDS = "{added:.3f} for {who}"
RAISED = (
    "What raised the ceasefire's chances most: on day {day}{after} {seat} {did}; the agent would have "
    "{agent}. The share of futures in force on day {last} became {taken:.2f} instead of {instead:.2f} "
    "({change:+.2f} ± {error:.2f})."
)
LOWERED = (
    "What lowered the ceasefire's chances most: on day {day}{after} {seat} {did}; the agent would have "
    "{agent}. The share of futures in force on day {last} became {taken:.2f} instead of {instead:.2f} "
    "({change:+.2f} ± {error:.2f})."
)
AFTER = ", after {cause},"
WHY_LESS = "An end that became rarer: {how}, in {taken:.2f} of them instead of {instead:.2f}."
WHY_MORE = (
    "An end that became more frequent: {how}, in {taken:.2f} of them instead of {instead:.2f}."
)
WHY_MORE_DEALS = "A deal was ratified more often: in {taken:.2f} of them instead of {instead:.2f}."
WHY_FEWER_DEALS = "A deal was ratified less often: in {taken:.2f} of them instead of {instead:.2f}."
DID = {  # what was decided, or what the agent would have
    "attend": ("agreed to come to the round", "stayed away from the round"),
    "answer": ("accepted the offer", "refused the offer"),
    "text": ("accepted the mediators' text", "refused the mediators' text"),
    "end": ("declared the ceasefire over", "held on to the ceasefire"),
    "contain": ("tried to stop the retaliation", "left the retaliation to run on"),
    "leave": ("walked out of the round", "agreed to meet again"),
}
DID_RESPOND = "answered with “{rung}”"
DID_ACCOUNT = "contradicted the other side's account on: {issues}"
DID_HOLD = "held to the last offer"
DID_PACKAGE = {"offer": "offered something else ({changes})", "draft": "tabled a text ({changes})"}
AND_MORE = "; and {number} more"
MOVED_LITTLE = (
    "No single decision moved the ceasefire's chances by more than its error and by at least "
    "{least:.2f} ({change:+.2f} ± {error:.2f} at most)."
)
MOVED_NOTHING = (
    "No decision moved the ceasefire's chances: everybody decided as the agents would have."
)
DROP = "Day {days}: {before:.2f} → {after:.2f}"
EFFECTS = "Decisions that moved the chances most"
EFFECT = "Share in force"
NO_EFFECTS = "No single decision did so beyond its error."
NOTES = "Notes"
DROPS = "Days with the largest drops"
DROP_NO_DECISION = "Nobody at the table decided anything then: chance, or the agents."
DROP_AS_AGENT = "Everybody decided as the agents would have: the drop is chance."
DROP_BOTH = "Chance, and what was decided otherwise than by the agents: {decisions}."
DROP_DECISION = "{seat}, {what}: {choice}"
NO_DROPS = "The chances never fell."
DECISIONS = "Decisions, and what the agents would have done"
COLUMNS = ("Day", "Seat", "Decision", "Choice", "The agent would have", "Words")
KINDS = {
    "attend": "come to a round",
    "offer": "offer",
    "answer": "accept the offer",
    "text": "accept the mediators' text",
    "respond": "respond",
    "account": "contradict in the account",
    "end": "end the ceasefire",
    "contain": "stop the retaliation",
    "draft": "table a text",
    "leave": "walk out of the round",
}
HELD_OFFER = "held to the last offer"
NOTHING = "nothing"
HOW_FAR = {
    "finished": "finished",
    "unfinished": "unfinished: as far as it was played",
    "unplayed": "not played",
    "broken": "failed",
}
RESULT_COLUMNS = {
    "number": "Number",
    "room": "Room",
    "players": "Players",
    "state": "Game",
    "day": "Day",
    "in_force": "In force",
    "how": "How it ended",
    "cause": "Cause",
    "rounds": "Rounds",
    "deal_day": "Deal on day",
    "pakistan_gain": "Gain, Islamabad",
    "afghan_taliban_gain": "Gain, Kabul",
    "nash_share": "Share of Nash product",
    "deal": "Deal",
    "refused": "Struck and refused",
    "better_day": "Better on day",
    "better_pakistan": "It adds, Islamabad",
    "better_afghan_taliban": "It adds, Kabul",
    "better": "The better package",
    "agents_day": "Agents: day",
    "agents_in_force": "Agents: in force",
    "messages": "Messages",
}
RESULTS_HELP = (
    "Day: until which the ceasefire held or the game was played. Share of Nash product: both sides' "
    "gains over no deal, multiplied, against the largest such product of any package that day; 1 is "
    "the Nash point. Struck and refused: deals of the table that a capital did not ratify. Better on "
    "day: the last day of talks on which both capitals would have ratified a package worth more to "
    "both than the deal, or than no deal. Agents: until which day the ceasefire of agents alone held, "
    "with the same chance events."
)
REFUSED_IN = "day {day}: {capitals}"
PICTURE = "The class as a picture"
PICTURE_TITLE = "{title}: what came of it"
PICTURE_COUNT = "{over} of {rooms} games that were begun are over"
GAINS, GAIN_OF = "Gains over no deal", "gain of {seat}"
GAINS_HELP = (
    "Each sign is a room, by its number; the line is the best that both could have had on day 0. "
    "Only games that are over are shown; worth changes with trust and grievance, so that a sign may "
    "lie beyond the line."
)
GAINS_SIGNS = {
    "second": "the deal",
    "refused": "a deal struck, and refused by a capital",
    "could": "no deal, but a package that both capitals would have ratified",
}
MISSED_COLUMNS = ("Room", "Struck and refused", "Both capitals would have ratified")
COULD = (
    "on day {day}, a package that adds {pakistan:.3f} for Islamabad, {afghan_taliban:.3f} for Kabul"
)
GAINS_LABEL = "Gains of both sides: {deals} rooms with a deal, {none} without"
NO_DEAL_ROOMS = "Without a deal: {rooms}"
SURVIVAL = "Does the ceasefire last?"
SURVIVAL_HELP = (
    "The share of rooms whose ceasefire is in force, day by day (Kaplan-Meier), beside 1,000 games "
    "of agents alone with its 95 % band."
)
SURVIVAL_LABEL = "Survival: {rooms} rooms, {ended} of them ended"
YOUR_ROOMS, AGENTS_ALONE = "your rooms", "agents alone"
ONE_STORY = (
    "Every room met the same chance events, so this is one story and no sample of many: compare "
    "the bars (a room each: how long its ceasefire held) with that of agents in this very story (A, "
    "once all games are over), and not with the curve above them, which is 1,000 games of agents with "
    "other chance events."
)
AGENTS_MARK, AGENTS_HERE = "A", "agents alone, this story: until day {day}"
AGENTS_ELSEWHERE = "agents alone, 1,000 other stories: share in force, with its 95 % band"
HELD_SIGNS = {
    "over": "the ceasefire ends",
    "signed": "a deal is ratified",
    "refused": "a deal is struck, and refused by a capital",
    "could": "the last day on which both capitals would have ratified a better package",
}
DEALS, NO_DEALS = "What the deals say", "No game that is over has a deal."
DEALS_OPTION = "{option} ({count})"

# --- compare ----------------------------------------------------------------------------------

COMPARE = "Compare scenarios"
COMPARE_HELP = (
    "Scenarios under one seed share their chance events, so differences are paired future by "
    "future (common random numbers). What is computed here has the best parameters, as games do; a "
    "finished sweep has those it was run with."
)
PICK = "Scenarios"
FROM_WHERE = "Results"
LIVE = "computed now"
END = "What counts as the end"
HORIZON_DAYS = "Days"
FUTURES_EACH = "Futures of each"
FIGURE = "Figure"
FIGURES = {
    "comparison": "Survival, all in one",
    "panels": "Survival, a panel each",
    "agreement": "Agreement: share with a ratified deal, by day",
    "forest": "How long: differences with intervals",
    "forest-causes": "What ends them: differences by cause",
    "difference": "Difference in survival, day by day",
    "hazard": "Hazard by age",
    "mechanisms": "What a difference runs through",
}
DRAW = "Draw"
DRAWING = "Simulating and drawing…"
DOWNLOAD = "Download {kind}"
PICK_TWO = "choose two to eight scenarios to compare"
REFERENCE = "Compared with"


# --- what happened, in sentences ----------------------------------------------------------------

BY_NOBODY, BY_BOTH = "ended from outside", "both sides"
DECLARED_OVER, ENDED_BY_SIDE = "{sides} declared it over", "{what} by {sides}"
PART_OF_PACKAGE = "{issue}: {option}"
TOLD_UNKNOWN = "{kind}."
TOLD_ATTACK = "Attack by {group}, {dead}; {laid}{origin}."
NOBODY_DIES = "nobody dies"
NO_DOOR = "nobody is held responsible"
KABULS_DOOR = "Islamabad holds Kabul responsible, Kabul {answer}"
DENIES, DOES_NOT_DENY = "denies it", "does not deny a part in it"
FROM_AFGHAN_SOIL = " (in this simulated future it was prepared on Afghan soil)"
NOT_FROM_AFGHAN_SOIL = " (in this simulated future it was not prepared on Afghan soil)"
TOLD_CLASH = "A clash at the border; {versions}{began}."
EACH_SAYS_OTHER = "each says the other fired first"
ACKNOWLEDGES = "{seat} acknowledges that it fired first"
FIRED_FIRST = " (in this simulated future {seat} fired first)"
TOLD_ROUND = "Round {round} opens{again}{by}: at most {exchanges} exchanges, until day {last_day}."
CALLED_BY, RESUMED = ", called by {callers}", ", resumed after a breakdown"
TOLD_OFFER = "{seat} offers ({exchange} of {of}), {fate}:"
TOLD_TEXT = "{seat} table a text ({exchange} of {of}), {fate}:"
ACCEPTED, NOT_ACCEPTED = "accepted", "not accepted"
TOLD_RATIFIES = "{seat} ratifies the deal{numbers}."
TOLD_DOES_NOT_RATIFY = "{seat} does not ratify the deal{numbers}."
HOME_NUMBERS = " (worth {utility:.3f}, {needed:.3f} needed at home)"
TOLD_CONFIDENCE = (
    "{speaker} reports to {hearer} in confidence that it takes {other} to be in {word} faith"
    "{by}{moved}."
)
TRUST_MOVED = ", which moves trust from {trust_before:.2f} to {trust_after:.2f}"
REPORT_RIGHT = " (in this simulated future it was right)"
REPORT_WRONG = " (in this simulated future it was wrong)"
UNASKED = " (by the rules, not chosen by the mediators)"
GOOD_FAITH, BAD_FAITH = "good", "bad"
TOLD_ALLEGATION = "Officials in {other} allege a breach of the deal by {seat}{truth}."
THERE_WAS_ONE = " (in this simulated future there was one)"
THERE_WAS_NONE = " (in this simulated future there was none)"
TOLD_CLEARED = "On review {seat} is cleared of the alleged breach."
TOLD_UPHELD = "On review the alleged breach is upheld; {seat} {made_good}."
MAKES_GOOD, NOT_MADE_GOOD = "remedies it", "does not remedy it"
TOLD = {
    "renegotiation_asked": "{party} asks to renegotiate the deal.",
    "ceasefire_renewed": "The ceasefire is re-established.",
    "deal_lapses": "The deal lapses: too many breaches were not remedied.",
    "round_not_held": "A round is due but not held: a side stays away.",
    "act": "{party} answers: {rung}.",
    "taken_back": "{speaker} goes back, with no new grievance, on what it had offered or settled.",
    "walks_out": "{party} walks out.",
    "initialled": "Both sides initial what their offers share: {granted}. The rest stays open.",
    "adjourned": "The round is adjourned{next}.",
    "breakdown": "The round is broken off; a breakdown is announced.{communique}",
    "contradiction": "{speaker}'s public account contradicts {other}'s on {issue}.",
}
MEET_AGAIN = "; the sides will meet again on day {day}"
MEET_BEYOND = "; the next would be held after the last day of this game"
COMMUNIQUE = " The mediators issue a joint communiqué."
CARDS = {  # kinds of news -> title, and what it means
    "allegation": (
        "A breach is alleged",
        "Officials at home allege it; nobody at the table decides to. What is true comes out on "
        "review, if at all.",
    ),
    "ruling": ("A breach is reviewed", ""),
    "deal_lapses": ("The deal has lapsed", "Nothing it promised holds any more."),
    "initialled": ("Agreement in part", "It holds at once; the rest is open."),
    "adjourned": ("The round is adjourned", "Offers made so far are remembered."),
    "breakdown": ("The talks are broken off", "Both sides now publish their accounts."),
    "walks_out": ("A side walks out", ""),
    "round_not_held": ("No round is held", "The next is weeks away."),
    "contradiction": ("The accounts contradict each other", ""),
    "renegotiation_asked": ("A side wants to renegotiate", ""),
}
