require 'sinatra/base'

# One page with a table: what the app found around itself.
class App < Sinatra::Base
  set :erb, escape_html: true

  get '/' do
    erb :page, locals: {
      facts: {
        'Ruby' => RUBY_VERSION,
        'RACK_ENV' => ENV.fetch('RACK_ENV', 'not set'),
        'Dyno' => ENV.fetch('DYNO', 'none'),
        'Greeting' => ENV.fetch('GREETING', 'none; try: heroku config:set GREETING=hello')
      }
    }
  end
end
