module example.com/vendored

go 1.26

// +heroku install .

require example.com/greeting v1.0.0
