# How English writes numbers and dates.
format-digits = 0123456789
format-group = ,
format-point = .
format-minus = −
format-percent = { $number } %
format-date = { $day } { $month } { $year }
format-date-time = { $date }, { $time }
format-month-year = { $month } { $year }
format-months = Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec
format-months-long = January February March April May June July August September October November December
format-months-jalali = Farvardin Ordibehesht Khordad Tir Mordad Shahrivar Mehr Aban Azar Dey Bahman Esfand
format-range = { $from } to { $to }
format-thousands = { $number } k
format-millions = { $number } M
format-billions = { $number } B
format-span = { $low }–{ $high }
# Currencies that have a name here, as `EUR=euro`, with spaces between them; others go by their code.
format-currencies = { "" }
format-toman = toman
# The calendar of dates: gregorian or jalali. Months of the shop are those of the shop's calendar.
format-calendar = gregorian
# What stands between two sentences.
format-gap = { " " }
