Gem::Specification.new do |spec|
  spec.name = 'greeter'
  spec.version = '1.0.0'
  spec.summary = 'A gem that is part of the app'
  spec.authors = ['The app']
  spec.files = Dir['lib/**/*']
end
