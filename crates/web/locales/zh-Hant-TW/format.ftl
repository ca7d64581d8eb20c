# How Chinese in Taiwan writes numbers and dates.
format-digits = 0123456789
format-group = ,
format-point = .
format-minus = −
format-percent = { $number }%
format-date = { $year }年{ $month }{ $day }日
format-date-time = { $date }{ $time }
format-month-year = { $year }年{ $month }
format-months = 1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月
format-months-long = 1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月
format-months-jalali = 法爾瓦爾丁月 奧爾迪貝赫什特月 霍爾達德月 提爾月 莫爾達德月 沙赫里瓦爾月 梅赫爾月 阿班月 阿扎爾月 戴伊月 巴赫曼月 埃斯凡德月
format-range = { $from }至{ $to }
format-thousands = { $number }千
format-millions = { $number }百萬
format-billions = { $number }十億
format-span = { $low }–{ $high }
# Currencies that have a name here, as `EUR=euro`, with spaces between them; others go by their code.
format-currencies = TWD=NT$ HKD=HK$ USD=US$
format-toman = 土曼
# The calendar of dates: gregorian or jalali. Months of the shop are those of the shop's calendar.
format-calendar = gregorian
format-gap = { "" }
