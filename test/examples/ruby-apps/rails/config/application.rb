require_relative 'boot'

require 'rails'
require 'action_controller/railtie'

Bundler.require(*Rails.groups)

class RubyApp < Rails::Application
  config.load_defaults 7.2
  config.eager_load = Rails.env.production?
end
